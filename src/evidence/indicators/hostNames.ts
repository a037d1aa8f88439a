import { textAt } from '../../base/atIndex.ts';
import { endingKind } from './publicEndings.ts';

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/u));
}

/** Second-level domains of countries. Only domains end in `co.in` or `com.py`. */
const PAIR = /\.(?:co|com|net|org|gov|gob|gouv|edu|ac|nic|mil|or|go|ne|web|info)\.[a-z]{2}$/iu;

/** Programs and products whose names end like a domain. */
const NO_DOMAINS = wordsOf(`
  command.com more.com format.com tree.com mode.com chcp.com diskcomp.com diskcopy.com win.com edit.com graftabl.com
  loadfix.com asp.net ado.net vb.net ml.net paint.net lib.net java.net java.io socket.io sun.net io.net system.net
`);
/** First parts of common host names, such as `www` in `www.example.com`. */
const HOST_LABEL =
  /^(?:www|mail|e?smtp|imap|pop3|webmail|autodiscover|owa|mx|ns|dns|ntp|vpn|ftp|sftp|proxy|gw|cdn|api|login|sso|portal)\d{0,3}[.-]/u;
/** Files of Windows' prefetcher. */
const NO_HOST = /\.exe-[\da-f]{8}\.pf$/iu;
/**
 * First words in the names of packages, bundles and objects of code. Names of packages and bundles begin with the
 * ending of a domain, such as `com.example.app`.
 */
const FIRST_OF_CODE = wordsOf(
  'com org net edu java javax sun android this self window document module exports system io',
);

/**
 * Words that tools write before a domain: those of Windows in English, German, French, Spanish, Turkish and Russian,
 * and those of programs for all systems.
 */
const DOMAIN_BEFORE = new RegExp(
  String.raw`(?:\b|[a-z_])(?:dns|query|quer(?:y|ied) ?name|r?rname|record ?name|entry|host(?: ?name)?|domain(?: ?name)?|` +
    String.raw`nslookup|dig|whois|ping|resolv(?:e|ed|ing)|connect(?:ed|ing|ion|s)?(?: to)?|server(?: ?name)?|url|sni|c2|nc|` +
    String.raw`curl|wget|proxy|cn|dns ?name|subject alternative name|beacon(?:s|ed|ing)?(?: to)?|callback|reply|forwarded|cached|lookup|tracert|traceroute|cname|nxdomain|` +
    String.raw`eintrag(?:sname)?|hostname|server|rechnername|ziel|domäne|abfrage|nom d.enregistrement|hôte|serveur|domaine|` +
    String.raw`nombre de registro|servidor|dominio|kayıt adı|sunucu|ana bilgisayar|etki alanı|запись|имя записи|узел|домен|aufgelöst werden|être résolu|nombre remoto|çözülemedi|çözümlenemedi)` +
    String.raw`["']?[\s.:=|"'({[\]}]{1,24}$`,
  'iu',
);
/**
 * The rest of a row of a DNS cache or a zone: the name again (optional), its time to live, and the type of the record.
 */
const RECORD_BEHIND =
  /^\.?[\s,;|"]{1,80}(?:[\w.-]{1,253}[\s,;|"]{1,80})?(?:\d{1,10}[\s,;|"]{1,20})?(?:IN[\s,;|"]{1,20})?(?:A|AAAA|CNAME|MX|NS|TXT|PTR|SRV|SOA|HTTPS|SVCB)(?=[\s,;|":]|$)/u;
/**
 * The address or the port of a host after its name. A number before a closing bracket is a line number of a source
 * file.
 */
const ADDRESS_BEHIND = /^(?: ?[[(] ?|\/| (?:->|=>|→) )(?:\d{1,3}\.){3}\d{1,3}(?!\d)|^:(?:[1-9]\d{1,4})(?![\d:.)])/u;
/** The beginning of a line of a hosts file, before the name. */
const HOSTS_LINE = /^\s*(?:(?:\d{1,3}\.){3}\d{1,3}|::1?)\s+(?:[\w.-]+\s+)*$/u;

const LABEL = /^_?[\p{L}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?$/u;
/** Checks all labels at once, which is enough for most names. */
const ASCII_NAME = /^_?[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?(?:\._?[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?){1,126}$/iu;
const MAX_NAME = 253;

/** The beginning of a row of a DNS cache or a zone, before the name that a record refers to. */
const RECORD_BEFORE =
  /\[(?:A|AAAA|TXT|HTTPS|CNAME|MX|NS|PTR|SOA|SRV)\] $|#\d{1,5} \($|(?:^|[\s,;|"])(?:CNAME|MX|NS|PTR|SOA|SRV)[\s,;|"]/u;

/** The text before and after a name on its line, as far as it is needed. */
export interface NameContext {
  readonly before: () => string;
  readonly behind: () => string;
  /** Whether other text of the output already shows that the name is a host. */
  readonly isHost: boolean;
}

/** Whether a name with dots is a valid domain with a public ending. */
export function isHostName(name: string): boolean {
  return hasLabels(name) && endingKind(name.slice(name.lastIndexOf('.') + 1)) !== undefined;
}

/**
 * Whether a name with dots can follow an @. Accepts endings that no domain has, such as `.local`, but not file
 * extensions.
 */
export function isMailHost(name: string): boolean {
  if (!hasLabels(name)) return false;
  const ending = name.slice(name.lastIndexOf('.') + 1);
  return endingKind(ending) !== undefined || (/^[a-z]{2,24}$/iu.test(ending) && !NO_MAIL.has(ending.toLowerCase()));
}

/** Extensions of files and types of systemd units. Their names may contain an @. */
const NO_MAIL = wordsOf(`
  png jpg jpeg gif svg webp ico bmp js mjs cjs ts tsx css scss json xml yml yaml html htm txt log exe dll sys tar gz tgz
  service socket slice target mount automount timer device scope swap path conf cfg ini so jar war whl deb rpm
`);

function hasLabels(name: string): boolean {
  // Without this limit, a megabyte of dots would become a million labels.
  if (name.length > MAX_NAME) return false;
  return name.includes('.') && (ASCII_NAME.test(name) || name.split('.').every((label) => LABEL.test(label)));
}

/**
 * Whether a name outside an address is a domain, not a file, member, package or type. The answer is no in doubt,
 * because a wrong indicator is worse than a missing indicator.
 */
export function isDomain(name: string, { before, behind, isHost }: NameContext): boolean {
  if (name.length > MAX_NAME) return false;
  const ending = name.slice(name.lastIndexOf('.') + 1);
  const kind = endingKind(ending);
  if (kind === undefined || !hasLabels(name)) return false;
  const lower = name.toLowerCase();
  if (NO_DOMAINS.has(lower) || NO_HOST.test(lower)) return false;
  if (isHost) return true;
  // Types and members begin with a capital: `System.Net`. A domain has an ending in small letters, or has capitals
  // only.
  if (ending !== ending.toLowerCase() && name !== name.toUpperCase()) return false;
  if (FIRST_OF_CODE.has(lower.slice(0, lower.indexOf('.')))) return false;
  if (kind === 'sure') return true;
  const labels = lower.split('.');
  if (PAIR.test(lower) || (labels.length > 2 && HOST_LABEL.test(lower))) return true;
  const second = textAt(labels, labels.length - 2);
  if (kind === 'likely' && (labels.length > 2 || /[-\d]/u.test(second))) return true;
  if (kind === 'member' && /[\p{L}\d]-[\p{L}\d]/u.test(second)) return true;
  const text = behind();
  if (RECORD_BEHIND.test(text)) return true;
  if ((kind !== 'file' || labels.length > 2) && ADDRESS_BEHIND.test(text)) return true;
  const lead = before();
  return DOMAIN_BEFORE.test(lead) || HOSTS_LINE.test(lead) || (!lead.includes('=') && RECORD_BEFORE.test(lead));
}
