import { URI } from 'vscode-uri';
import { parseOutsideAddress } from '../../../src/evidence/blocks/citation.ts';
import type { Citation } from '../../../src/evidence/blocks/citation.ts';

/** The contents of a plain block. */
export interface PlainEvidence {
  readonly citation: Citation | undefined;
  readonly sha256: string | undefined;
  readonly textSha256: string | undefined;
  readonly quoted: string;
}

/** Reads a plain block back: the text between two equal lines of dashes, and the labels behind them. */
export function readPlainBlock(block: string): PlainEvidence | undefined {
  const lines = block.split('\n');
  const fence = lines[1] ?? '';
  const end = lines.indexOf(fence, 2);
  if (!/^-{5,}$/u.test(fence) || end < 0) return undefined;
  const behind = lines.slice(end + 1);
  const field = (label: string): string | undefined =>
    behind.find((line) => line.startsWith(`${label}: `))?.slice(label.length + 2);
  return {
    citation: parseOutsideAddress(URI.parse(field('Link') ?? '')),
    sha256: / · SHA-256 ([\da-f]{64})(?: · |$)/u.exec(field('Source') ?? '')?.[1],
    textSha256: field('SHA-256 of the text as UTF-8'),
    quoted: lines.slice(2, end).join('\n'),
  };
}
