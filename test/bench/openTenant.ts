import type { SampleTenant, SampleTenantOptions } from '../../src/sample/sampleTenant.ts';

/** Results in the tenant: one page of the list. */
export const RESULTS = 50;
/** Size of each output, UTF-16 units. */
const OUTPUT_LENGTH = 1_000_000;

/** The id of the n-th action. */
export function actionId(index: number): string {
  return `00000000-0000-4000-8000-${index.toString().padStart(12, '0')}`;
}

/** A tenant of results of 1 MB without errors, for measuring what it takes to open one. */
export function createOpenTenant(options: SampleTenantOptions): SampleTenant {
  const line = 'HKLM\\\\SOFTWARE\\\\Fabrikam\\\\Agent    REG_SZ    C:\\\\ProgramData\\\\Fabrikam\\\\agent.exe\\n';
  const output = line.repeat(OUTPUT_LENGTH / (line.length - 9));
  const bytes = Buffer.from(
    `{"script_name": "b.ps1", "exit_code": 0, "script_output": "${output}", "script_errors": ""}`,
  );
  const json = (body: unknown): Awaited<ReturnType<SampleTenant['answer']>> => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const action = (index: number): object => ({
    id: actionId(index),
    type: 'LiveResponse',
    status: 'Succeeded',
    machineId: 'a'.repeat(40),
    computerDnsName: `dc${index}.fabrikam.example`,
    creationDateTimeUtc: new Date(options.startedAt - index * 60_000).toISOString(),
    commands: [
      {
        index: 0,
        commandStatus: 'Completed',
        errors: [],
        command: { type: 'RunScript', params: [{ key: 'ScriptName', value: 'b.ps1' }] },
      },
    ],
  });
  return {
    tenantId: '11111111-2222-4333-8444-555555555555',
    answer: async ({ path }) => {
      const id = /machineactions\/([\da-f-]{36})/u.exec(path)?.[1];
      if (id === undefined) return json({ value: Array.from({ length: RESULTS }, (_, index) => action(index)) });
      if (!path.includes('GetLiveResponseResultDownloadLink')) return json(action(Number(id.slice(-12))));
      return json({ value: await options.mintLink(`results/${id}`, `output_${id}_0.json`) });
    },
    blob: (name) => ({ name, lastModified: options.startedAt, bytes: () => bytes }),
  };
}
