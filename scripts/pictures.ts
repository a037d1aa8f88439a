import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Folder of the walkthrough's pictures. package.json names them. */
export const PICTURES = 'media/walkthrough';

/** VS Code's own four kinds of theme, in its own colors. */
// prettier-ignore
const PALETTES = {
  light: {
    page: '#f8f8f8', pane: '#ffffff', edge: '#cecece', text: '#1f1f1f', dim: '#5f5f5f',
    accent: '#005fb8', onAccent: '#ffffff', marked: '#cfe5fb', warning: '#8a5a00', passed: '#2c6a3e',
  },
  dark: {
    page: '#181818', pane: '#1f1f1f', edge: '#4a4a4a', text: '#dddddd', dim: '#a8a8a8',
    accent: '#0078d4', onAccent: '#ffffff', marked: '#17405f', warning: '#d9a93d', passed: '#73c991',
  },
  hc: {
    page: '#000000', pane: '#000000', edge: '#6fc3df', text: '#ffffff', dim: '#ffffff',
    accent: '#f38518', onAccent: '#000000', marked: '#00405c', warning: '#ffd370', passed: '#89d185',
  },
  hcLight: {
    page: '#ffffff', pane: '#ffffff', edge: '#0f4a85', text: '#000000', dim: '#292929',
    accent: '#0f4a85', onAccent: '#ffffff', marked: '#cfe5fb', warning: '#7a4a00', passed: '#1f5f2f',
  },
} as const;

type Palette = Readonly<Record<keyof (typeof PALETTES)['light'], string>>;

const WIDTH = 560;
const HEIGHT = 340;

function box(x: number, y: number, width: number, height: number, fill: string, edge = 'none'): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="4" fill="${fill}" stroke="${edge}"/>`;
}

/** Draws a text that is the same in every language: a name, a number, or a device's output. */
function words(x: number, y: number, text: string, fill: string, more = ''): string {
  return `<text x="${x}" y="${y}" fill="${fill}"${more}>${text}</text>`;
}

/** Draws a bar in place of a line of text. */
function bar(x: number, y: number, width: number, fill: string): string {
  return `<rect x="${x}" y="${y}" width="${width}" height="7" rx="3.5" fill="${fill}"/>`;
}

function row(y: number, palette: Palette, kind: 'open' | 'stored' | 'warning', device: string, rest: string): string {
  const icons = {
    open: `<circle cx="72" cy="${y - 4}" r="6" fill="none" stroke="${palette.dim}" stroke-width="1.6"/>`,
    stored: `<circle cx="72" cy="${y - 4}" r="7" fill="${palette.passed}"/><path d="M68.5 ${y - 4}l2.6 2.6 4.6-5" fill="none" stroke="${palette.pane}" stroke-width="1.6"/>`,
    warning: `<path d="M72 ${y - 12}l8 14h-16z" fill="none" stroke="${palette.warning}" stroke-width="1.6"/><path d="M72 ${y - 6}v4" stroke="${palette.warning}" stroke-width="1.6"/>`,
  };
  return icons[kind] + words(90, y, device, palette.text) + words(170, y, rest, palette.dim);
}

/** The drawing of each step, made once for all themes. */
const DRAWINGS: Readonly<Record<'connect' | 'find' | 'open' | 'quote', (palette: Palette) => string>> = {
  connect: (p) => {
    const choices = ['Contoso', 'Fabrikam', 'Northwind'];
    return [
      box(70, 50, 420, 236, p.pane, p.edge),
      box(86, 68, 388, 32, p.page, p.accent),
      bar(98, 80, 150, p.dim),
      box(78, 116, 404, 46, p.marked),
      ...choices.flatMap((name, at) => [
        `<rect x="96" y="${128 + at * 54}" width="22" height="22" rx="11" fill="none" stroke="${p.accent}" stroke-width="2"/>`,
        `<circle cx="107" cy="${136 + at * 54}" r="3.4" fill="${p.accent}"/>`,
        `<path d="M101 ${147 + at * 54}a6 5 0 0 1 12 0" fill="${p.accent}"/>`,
        words(132, 144 + at * 54, name, p.text),
        bar(250, 136 + at * 54, 190 - at * 30, p.dim),
      ]),
    ].join('');
  },
  find: (p) =>
    [
      box(50, 30, 460, 280, p.pane, p.edge),
      words(66, 58, 'Contoso', p.text, ' font-weight="bold"'),
      box(51, 118, 458, 34, p.marked, p.accent),
      row(100, p, 'open', 'ws-0117', 'collect-triage.ps1 · 14:31Z'),
      row(140, p, 'warning', 'dc1', 'Exit 1 · check-persistence.ps1 · 14:02Z'),
      row(180, p, 'stored', 'sql01', 'Exit 0 · list-tasks.ps1 · 13:47Z'),
      row(220, p, 'open', 'sql01', 'recent-events.ps1 · 13:40Z'),
      row(260, p, 'open', 'exch01', 'query-registry.ps1 · 11:15Z'),
      row(298, p, 'stored', 'ws-0042', 'Exit 0 · netstat.ps1 · 09:20Z'),
    ].join(''),
  open: (p) =>
    [
      box(20, 24, 520, 292, p.pane, p.edge),
      `<path d="M350 24v262M20 56h520M20 286h520" stroke="${p.edge}"/>`,
      words(36, 46, 'dc1 · check-persistence.ps1', p.text),
      ...[0, 1, 2, 3, 4, 5, 6].flatMap((at) => [
        words(36, 84 + at * 28, `${at + 1}`, p.dim),
        bar(60, 77 + at * 28, [220, 120, 250, 190, 80, 240, 160][at] ?? 0, p.dim),
      ]),
      `<path d="M372 38l7 12h-14z" fill="none" stroke="${p.warning}" stroke-width="1.6"/>`,
      ...[0, 1, 2].map((at) => bar(366, 77 + at * 28, [150, 110, 130][at] ?? 0, p.warning)),
      box(28, 291, 250, 20, p.accent),
      words(38, 306, 'exit 1 · dc1', p.onAccent, ' font-weight="bold"'),
    ].join(''),
  quote: (p) =>
    [
      box(20, 40, 230, 260, p.pane, p.edge),
      words(34, 66, 'dc1', p.text, ' font-weight="bold"'),
      box(28, 109, 214, 58, p.marked),
      ...[0, 1, 2, 3, 4, 5, 6].map((at) => bar(36, 92 + at * 28, [170, 190, 150, 120, 180, 90, 140][at] ?? 0, p.dim)),
      `<path d="M262 150h34m-10-9l10 9-10 9" fill="none" stroke="${p.accent}" stroke-width="3"/>`,
      box(310, 40, 230, 260, p.pane, p.edge),
      words(324, 66, 'notes.md', p.text, ' font-weight="bold"'),
      bar(324, 88, 180, p.dim),
      box(322, 112, 206, 76, p.page, p.edge),
      bar(334, 132, 170, p.dim),
      bar(334, 158, 140, p.dim),
      words(324, 216, 'L2-L3', p.accent, ' text-decoration="underline"'),
      words(324, 242, 'SHA-256 9f2c41…', p.dim),
      `<circle cx="512" cy="237" r="9" fill="${p.passed}"/><path d="M507.5 237l3.4 3.4 6-6.6" fill="none" stroke="${p.pane}" stroke-width="2"/>`,
      bar(324, 268, 150, p.dim),
    ].join(''),
};

/** Returns every picture by its path. */
export function drawPictures(): ReadonlyMap<string, string> {
  const pictures = new Map<string, string>();
  for (const [name, draw] of Object.entries(DRAWINGS)) {
    for (const [theme, palette] of Object.entries(PALETTES)) {
      const page = `<rect width="${WIDTH}" height="${HEIGHT}" rx="6" fill="${palette.page}"/>`;
      const font = 'font-family="Consolas, Menlo, monospace" font-size="14"';
      const frame = `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" ${font}>`;
      pictures.set(`${PICTURES}/${name}-${theme}.svg`, `${frame}${page}${draw(palette)}</svg>\n`);
    }
  }
  return pictures;
}

if (import.meta.main) {
  const pictures = drawPictures();
  await mkdir(PICTURES, { recursive: true });
  for (const [file, picture] of pictures) await writeFile(path.normalize(file), picture);
  console.log(`${pictures.size} pictures in ${PICTURES}`);
}
