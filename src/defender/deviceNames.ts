import type { Machine } from './machines.ts';

/**
 * Returns the devices that a typed name means: the devices with exactly this name. If there are none, it returns the
 * devices with this name before a domain. If there are none either, it returns all devices.
 */
export function meantBy(name: string, machines: readonly Machine[]): readonly Machine[] {
  const wanted = name.toLowerCase();
  const called = (fits: (known: string) => boolean): readonly Machine[] =>
    machines.filter(({ computerDnsName }) => computerDnsName !== null && fits(computerDnsName.toLowerCase()));
  const exact = called((known) => known === wanted);
  if (exact.length > 0) return exact;
  const host = called((known) => known.startsWith(`${wanted}.`));
  return host.length > 0 ? host : machines;
}
