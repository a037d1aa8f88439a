function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/u));
}

/*
 * The endings of domains that are met in practice, by how sure they make a domain. A full list would not find much
 * more, and would take more file names and members of objects for domains.
 */

/** By itself: hardly anything else ends like this. `example` and its like are kept for documentation (RFC 2606). */
const SURE = wordsOf(`
  com net org edu gov mil int biz arpa onion aero asia coop mobi xxx xyz icu cyou vip buzz sbs cfd lol ooo top
  ad ae af ag ao aq ar aw az ba bb bd bf bg bh bi bn bo bq br bs bt bv bw bz ca cg ch ci ck cn co cu cv cw cx cy cz
  de dj dk ec ee eg er es eu fi fj fk fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gt gu gw gy hk hn hr ht hu ie il
  iq ir je jm jo jp ke kg kh ki kn kp kr kw ky kz lb li lr ls lt lu lv ly ma mg mh mq mr mt mv mw mx mz na nf ng
  ni nl np nr nu nz om pe pf pg pk pt pw qa ro ru rw sa sc sd se sg sj sk sl sn sr su sz td tg th tj tl tn tr tt tv tw tz
  ua ug uk uy uz va vc vg vi vn vu wf ws ye yt za zm zw
  monster quest guru ninja rocks casino poker webcam accountant berlin london paris nyc tokyo moscow amsterdam africa
`);
/** Words of sentences and of code too: only with a hyphen or a digit in the name, three parts, or words before it. */
const LIKELY = wordsOf(`
  am at be by cd ch cl cm cr cf eh gs im io it me mn mu no pa pn pr sx sy to tk us tf ss tm tc
  example test invalid jobs museum post pro tel travel club online site website shop fun bond rest hair skin makeup
  cloud tech space live life world today click bid loan win men trade racing review party science faith cam work wang
  ltd llc inc agency digital solutions systems company center academy media news blog wiki social chat games bet finance
  money capital fund bank insure health care clinic doctor law legal education school institute foundation energy solar
  green eco city town zone plus one red blue pink black gold art audio photo photos pictures graphics design studio bar
  cafe coffee farm garden house homes land estate hotel vacations tours taxi auto cars bike fit dating wedding family
  love support services network tools store dev
`);
/** What files end with, and members of objects: only where the words before it say that it is a domain. */
const DOUBTFUL = wordsOf(`
  sh py pl so rs md ps cc in ac la ml pm po mo al as ax cat zip mov cab ms st ai name id pub man is do my dm host link
  info page email app run mk mc lc re si sb sv vb hm cs ne nc ax nls bin data date download stream tt pics map pub
`);
/** Second levels of countries whose ending is doubtful: nothing else is called `co.in`. */
const SURE_PAIRS = wordsOf(
  'co.in gov.in nic.in net.in org.in ac.in co.id go.id or.id ac.id web.id com.my gov.my com.sv com.pl',
);

/** Programs and products with a domain's ending. */
const NO_DOMAINS = wordsOf(`
  command.com more.com format.com tree.com mode.com chcp.com diskcomp.com diskcopy.com win.com edit.com graftabl.com
  loadfix.com asp.net ado.net vb.net ml.net paint.net lib.net java.net java.io socket.io sun.net io.net system.net
`);
/** Packages and bundles are written from the end of a domain, and objects from their own. */
const FIRST_OF_CODE = wordsOf(
  'com org net edu java javax sun android this self window document module exports system io',
);

/** What tools write before a domain that they mean. */
const DOMAIN_BEFORE =
  /(?:\b|[a-z_])(?:dns|query|quer(?:y|ied) ?name|r?rname|record name|host(?: ?name)?|domain(?: ?name)?|nslookup|dig|whois|ping|resolv(?:e|ed|ing)|connect(?:ed|ing|ion)?(?: to)?|server(?: ?name)?|url|sni|c2|nc|curl|wget|proxy)[\s.:="'({[\]}]{1,24}$/iu;

const LABEL = /^_?[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/iu;

/** Whether a name with dots has the form of a domain, whatever it ends with. */
export function isHostName(name: string): boolean {
  // Without this a megabyte of points would become a million labels.
  if (name.length > 253) return false;
  const labels = name.split('.');
  return labels.length > 1 && hasEnding(labels) && labels.every((label) => LABEL.test(label));
}

function hasEnding(labels: readonly string[]): boolean {
  const ending = (labels.at(-1) ?? '').toLowerCase();
  return SURE.has(ending) || LIKELY.has(ending) || DOUBTFUL.has(ending) || /^xn--[a-z\d-]+$/u.test(ending);
}

/**
 * Whether a name that stands by itself is a domain, and no file, member, package or type. Rather none than a wrong one.
 *
 * @param before - what stands before it on its line, as far as it matters
 */
export function isDomain(name: string, before: () => string): boolean {
  if (!isHostName(name)) return false;
  const labels = name.split('.');
  const ending = labels.at(-1) ?? '';
  const lower = name.toLowerCase();
  // Types and members begin with a capital: `System.Net`. A domain ends in small letters, or is all in capitals.
  if (ending !== ending.toLowerCase() && name !== name.toUpperCase()) return false;
  if (NO_DOMAINS.has(lower) || FIRST_OF_CODE.has(lower.slice(0, lower.indexOf('.')))) return false;
  const kind = ending.toLowerCase();
  if (lower.startsWith('www.') && labels.length > 2) return true;
  if (SURE.has(kind) || kind.startsWith('xn--') || SURE_PAIRS.has(lower.split('.').slice(-2).join('.'))) return true;
  if (DOMAIN_BEFORE.test(before())) return true;
  return LIKELY.has(kind) && (labels.length > 2 || /[-\d]/u.test(labels.at(-2) ?? ''));
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/u;

/** Whether these are four numbers as an address has them, without zeros in front. */
export function isIPv4(name: string): boolean {
  // Most names with dots begin with a letter, or are longer: they need no pattern.
  return name.length < 16 && name.charCodeAt(0) < 0x3a && IPV4.test(name);
}

/** Eight groups of hexadecimal digits, the last two as IPv4 perhaps; `::` once for one or more that are zero. */
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

/** Addresses that say nothing: this machine, all machines, masks, multicast, and 0 at an end, which versions have. */
export function isTellingIPv4(name: string, isNetwork: boolean): boolean {
  if (!isIPv4(name)) return false;
  const [first = 0, , , last = 0] = name.split('.').map(Number);
  return first > 0 && first !== 127 && first < 224 && (last > 0 || isNetwork);
}

/** Neither this machine nor multicast, and no clock time or scope of a programming language. */
export function isTellingIPv6(name: string): boolean {
  if (!isIPv6(name) || /^(?:ff[\da-f]{2}:|[:0]*:0*1?$)/iu.test(name)) return false;
  const groups = name.split(':').filter((group) => group !== '');
  return groups.length > 1 && /\d/u.test(name) && (groups.length > 4 || groups.some((group) => group.length > 2));
}
