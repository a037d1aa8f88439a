import TOP_LEVEL_DOMAINS from 'tlds' with { type: 'json' };
import PACKAGE from 'tlds/package.json' with { type: 'json' };

/** The version and size of the built-in list of endings, for the log. */
export const ENDINGS_VERSION = `tlds ${PACKAGE.version}, ${TOP_LEVEL_DOMAINS.length.toString()} endings`;

/*
 * The public endings of domains, and the certainty with which each marks a domain. A package provides the list of the
 * root zone. An ending that no list below contains is `likely`.
 */

/**
 * `sure`: almost only domains have this ending. `member`: members of objects also have this name. `file`: files also
 * have this extension.
 */
export type EndingKind = 'sure' | 'likely' | 'member' | 'file';

function wordsOf(text: string): readonly string[] {
  return text.trim().split(/\s+/u);
}

/** Endings that mark a domain without further signs. */
const SURE = wordsOf(`
  com net org edu gov mil int biz arpa onion aero asia coop mobi xxx xyz icu cyou vip buzz sbs cfd lol ooo top
  ad ae af ag ao aq ar aw az ba bb bd bf bg bh bi bn bo bq br bs bt bv bw bz ca cg ch ci ck cn co cu cv cw cx cy cz
  de dj dk ec ee eg er es eu fi fj fk fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gt gu gw gy hk hn hr ht hu ie il
  iq ir je jm jo jp ke kg kh ki kn kp kr kw ky kz lb li lr ls lt lu lv ly ma mg mh mq mr mt mv mw mx mz na nf ng
  ni nl np nr nu nz om pe pf pg pk pt pw qa ro ru rw sa sc sd se sg sj sk sl sn sr su sz td tg th tj tl tn tr tt tv tw tz
  ua ug uk uy uz va vc vg vi vn vu wf ws ye yt za zm zw
  monster quest guru ninja rocks casino poker webcam accountant berlin london paris nyc tokyo moscow amsterdam africa
  online website cloud tech club site press shop bid loan racing ltd llc agency istanbul hamburg koeln cologne wien bayern ruhr
`);

/** Names of members of objects, and words that can follow a full stop without a space. */
const MEMBER = wordsOf(`
  in ac la al mo as man st re si ne hm id is do my dm am at be by it me no to us so tf sm im
  name host link info page email app run data date download stream pics map maps call open now new how here group
  work works cam support network media play prime office windows android java google microsoft apple azure bing skype xbox
  security storage systems software report reports review reviews position parts pay phone photo properties property
  protection read rest room safe save search select show sky style supply swiss tab talk tel test text tips tires
  trust tube video view watch weather win zero zone box build buy camera cards case cash channel chat check class click
  clothing cloud code codes color company compare computer contact count country date day deal dev direct directory
  docs domains dot energy engineer events example expert express fail family fan fast feedback field final fit fly
  foo food forum found free frontier fun fund game games gives global goo got help hosting icu ink institute
  international invalid jobs kids kim land latino law lease legal life like limo live locker lol management market meme
  menu mini mint moi moto movie museum navy news next office one open page partners parts party pet ping pink place
  plus post pro prod productions pub read ready red rent rich rip rocks rsvp run sale secure services settings spot
  store stream studio sucks target tech tools top tours toys trade training travel uno version vision vote watch wiki wow
  tc ax mu as hm tt
`);

/** File extensions. */
const FILES = wordsOf(`
  sh py pl rs md ps ml pm po cat zip mov cab ms ai mk lc sb sv vb cs nc nls bin pub cc target
`);

/**
 * Endings that are also words of sentences and of code. They mark a domain only if the name has three parts, or
 * contains a hyphen or a digit.
 */
const LIKELY = wordsOf(`
  am at be by cd cf cl cm cr eh gs im io it me mn mu no pa pn pr sx sy tk us tf ss tm
  example test invalid museum live world today click win men trade review party science faith dev app link page zone cam work
`);

/** Endings reserved for documentation and tests (RFC 2606), or for Tor (RFC 7686). The root zone does not have them. */
const RESERVED = wordsOf('example test invalid onion');

function collectEndings(): ReadonlyMap<string, EndingKind> {
  const kinds = new Map<string, EndingKind>();
  // Endings of files and members have only the letters A to Z. An ending with other letters is therefore `sure`.
  for (const ending of TOP_LEVEL_DOMAINS) kinds.set(ending, /^[a-z]+$/u.test(ending) ? 'likely' : 'sure');
  for (const ending of RESERVED) kinds.set(ending, 'likely');
  const mark = (endings: readonly string[], kind: EndingKind): void => {
    for (const ending of endings) if (kinds.has(ending)) kinds.set(ending, kind);
  };
  mark(MEMBER, 'member');
  mark(LIKELY, 'likely');
  mark(SURE, 'sure');
  mark(FILES, 'file');
  return kinds;
}

const KINDS = collectEndings();

/**
 * Returns the certainty with which the last part of a name marks a domain, or undefined if no domain has this ending.
 */
export function endingKind(ending: string): EndingKind | undefined {
  const lower = ending.toLowerCase();
  return KINDS.get(lower) ?? (/^xn--[a-z\d-]+$/u.test(lower) ? 'sure' : undefined);
}
