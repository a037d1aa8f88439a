/** The result of one test, or of a hook that failed. */
export interface HostTestResult {
  /** Titles of the suites and of the test, joined with ` › `. */
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  /** Message and stack of the failure. */
  readonly error?: string;
  readonly durationMs: number;
}

/** One line of the report that the extension host sends, as JSON. */
export type HostMessage =
  | ({ readonly kind: 'test' } & HostTestResult)
  | { readonly kind: 'console'; readonly level: string; readonly text: string }
  | { readonly kind: 'end'; readonly failures: number }
  | { readonly kind: 'crash'; readonly error: string };
