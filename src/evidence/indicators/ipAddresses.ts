const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/u;

/** Whether a name is an IPv4 address: four numbers without leading zeros. */
export function isIPv4(name: string): boolean {
  // Most names with dots begin with a letter, or are longer. They are rejected without the regular expression.
  return name.length < 16 && name.charCodeAt(0) < 0x3a && IPV4.test(name);
}

/**
 * Whether a name is an IPv6 address: eight groups of hexadecimal digits. The last two groups can be written as IPv4.
 * `::` can occur once, and replaces one or more groups that are zero.
 */
function isIPv6(name: string): boolean {
  const [head = '', tail, more] = name.split('::');
  if (more !== undefined) return false;
  const groups = [head, tail ?? ''].flatMap((part) => (part === '' ? [] : part.split(':')));
  const last = groups.at(-1) ?? '';
  const hasIPv4 = !name.endsWith(':') && isIPv4(last);
  if (!(hasIPv4 ? groups.slice(0, -1) : groups).every((group) => /^[\da-f]{1,4}$/iu.test(group))) return false;
  const count = groups.length + (hasIPv4 ? 1 : 0);
  return tail === undefined ? count === 8 : count < 8;
}

/**
 * Whether a name is an IPv4 address worth listing. Loopback, broadcast, masks and multicast are not. An address that
 * ends in 0 counts only as a network, because version numbers often end in 0.
 */
export function isTellingIPv4(name: string, isNetwork: boolean): boolean {
  if (!isIPv4(name)) return false;
  const first = Number.parseInt(name, 10);
  const last = Number(name.slice(name.lastIndexOf('.') + 1));
  return first > 0 && first !== 127 && first < 224 && (last > 0 || isNetwork);
}

/**
 * Whether a name is an IPv6 address worth listing. Loopback and multicast addresses, clock times and scopes of a
 * programming language are not.
 */
export function isTellingIPv6(name: string): boolean {
  if (!isIPv6(name) || /^(?:ff[\da-f]{2}:|[:0]*:0*1?$)/iu.test(name)) return false;
  const groups = name.split(':').filter((group) => group !== '');
  return groups.length > 1 && /\d/u.test(name) && (groups.length > 4 || groups.some((group) => group.length > 2));
}
