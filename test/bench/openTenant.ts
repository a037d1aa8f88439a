import type { SampleTenant, SampleTenantOptions } from '../../src/sample/api/sampleTenant.ts';

/** The number and form of a tenant's results. */
export interface ResultShape {
  readonly count: number;
  /** Length of each output, in UTF-16 units. */
  readonly outputLength: number;
  /** Errors of each result, escaped as inside JSON's quotes. */
  readonly errors: string;
  /** Time between two actions, ms; a minute by default. */
  readonly pauseMs?: number;
}

/** Results of 1 MB without errors: one page of the list. */
export const OPEN_RESULTS: ResultShape = { count: 50, outputLength: 1_000_000, errors: '' };

/** Returns the id of the n-th action. */
export function actionId(index: number): string {
  return `00000000-0000-4000-8000-${index.toString().padStart(12, '0')}`;
}

/** Creates a tenant with many results of one kind, for measuring what it takes to open them. */
export function createOpenTenant(shape: ResultShape): (options: SampleTenantOptions) => SampleTenant {
  const line = 'HKLM\\\\SOFTWARE\\\\Fabrikam\\\\Agent    REG_SZ    C:\\\\ProgramData\\\\Fabrikam\\\\agent.exe\\n';
  const output = line.repeat(shape.outputLength / (line.length - 9));
  // Every output begins with its own name, so that no two results are the same.
  const bytes = (name: string): Uint8Array =>
    Buffer.from(
      `{"script_name": "b.ps1", "exit_code": 0, "script_output": "${name}\\n${output}", "script_errors": "${shape.errors}"}`,
    );
  return (options) => {
    const ids = Array.from({ length: shape.count }, (_, index) => actionId(index));
    const actions = ids.map((id, index) =>
      describeAction(id, options.startedAt - index * (shape.pauseMs ?? 60_000), index),
    );
    return {
      tenantId: '11111111-2222-4333-8444-555555555555',
      answer: async ({ path, query }) => {
        const id = /machineactions\/([\da-f-]{36})/u.exec(path)?.[1];
        if (id === undefined) return json({ value: pageOf(actions, new URLSearchParams(query)) });
        if (!path.includes('GetLiveResponseResultDownloadLink')) return json(actions[ids.indexOf(id)]);
        return json({ value: await options.mintLink(`results/${id}`, `output_${id}_0.json`) });
      },
      hunt: noHunting,
      blob: (name) => ({ name, lastModified: options.startedAt, bytes: () => bytes(name) }),
    };
  };
}

const noHunting: SampleTenant['hunt'] = () => ({ status: 404, headers: {}, body: '' });

function pageOf(actions: readonly object[], query: URLSearchParams): readonly object[] {
  const skip = Number(query.get('$skip') ?? 0);
  return actions.slice(skip, skip + Number(query.get('$top') ?? actions.length));
}

function json(body: unknown): Awaited<ReturnType<SampleTenant['answer']>> {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

function describeAction(id: string, createdAt: number, index: number): object {
  return {
    id,
    type: 'LiveResponse',
    status: 'Succeeded',
    machineId: 'a'.repeat(40),
    computerDnsName: `dc${index}.fabrikam.example`,
    creationDateTimeUtc: new Date(createdAt).toISOString(),
    commands: [
      {
        index: 0,
        commandStatus: 'Completed',
        errors: [],
        command: { type: 'RunScript', params: [{ key: 'ScriptName', value: 'b.ps1' }] },
      },
    ],
  };
}
