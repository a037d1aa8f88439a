import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { buffer } from 'node:stream/consumers';

/** The choices of a user on the sign-in page. */
export interface SignInChoices {
  /** User principal name; the analyst if not given. */
  readonly as?: string;
  /** Whether the user presses "Cancel" instead of an account. */
  readonly cancel?: boolean;
  /**
   * Whether the user presses "Cancel" on the page for the application's permissions. The tenant has to show that page.
   */
  readonly deny?: boolean;
}

/** A page without a next step, and its address. */
export interface LastPage {
  readonly response: Response;
  readonly url: string;
}

/** A user with a browser without a screen: it follows redirects, keeps cookies and sends forms. */
export interface TestBrowser {
  /**
   * Opens an authorization request and signs in. Ends at the application's own address, or at a page without a form.
   */
  readonly signIn: (url: string, choices?: SignInChoices) => Promise<LastPage>;
  /** Opens the page for device codes, types the code and signs in. */
  readonly enterCode: (url: string, userCode: string, choices?: SignInChoices) => Promise<LastPage>;
}

interface Page {
  readonly url: string;
  readonly response: Response;
  readonly text: string;
}

const MANY_PAGES = 20;

/** Starts a browser that trusts one certificate authority. */
export function createTestBrowser(ca: string, defaultAccount: string): TestBrowser {
  const cookies = new Map<string, { readonly path: string; readonly pair: string }>();

  async function load(url: string, form?: URLSearchParams): Promise<Page> {
    const { pathname } = new URL(url);
    const held = [...cookies.values()].filter(({ path }) => pathname.startsWith(path)).map(({ pair }) => pair);
    const page = await send(url, ca, form, held.join('; '));
    for (const cookie of page.response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = cookie.split('; ');
      const path = attributes.find((attribute) => attribute.startsWith('path='))?.slice('path='.length) ?? '/';
      const key = `${path} ${pair.split('=')[0] ?? ''}`;
      if (pair.endsWith('=')) cookies.delete(key);
      else cookies.set(key, { path, pair });
    }
    const location = page.response.headers.get('location');
    return location === null ? page : await load(new URL(location, url).href);
  }

  async function act(
    start: Page,
    home: string,
    answer: (page: Page) => readonly [string, string][],
  ): Promise<LastPage> {
    let page = start;
    for (let count = 0; count < MANY_PAGES; count++) {
      const form = /<form([^>]*)>([\s\S]*?)<\/form>/.exec(page.text);
      if (new URL(page.url).origin !== home || form === null) return { response: page.response, url: page.url };
      const action = attribute(form[1] ?? '', 'action') ?? page.url;
      const hidden = [...(form[2] ?? '').matchAll(/<input type="hidden"([^>]*)>/g)].map(
        ([, attributes = '']): [string, string] => [
          attribute(attributes, 'name') ?? '',
          attribute(attributes, 'value') ?? '',
        ],
      );
      page = await load(new URL(action, page.url).href, new URLSearchParams([...hidden, ...answer(page)]));
    }
    throw new Error(`the sign-in does not end: ${page.url.split('?')[0] ?? ''}`);
  }

  function press({ text }: Page, choices: SignInChoices): readonly [string, string][] {
    if (text.includes('name="consent"')) return [['consent', choices.deny === true ? 'decline' : 'accept']];
    if (!text.includes('name="cancel"')) return [];
    if (choices.cancel === true) return [['cancel', 'yes']];
    const upn = choices.as ?? defaultAccount;
    const account = [...text.matchAll(/<button name="account" value="([^"]+)"[^>]*>Sign in as ([^<]+)</g)].find(
      ([, , name]) => name === upn,
    )?.[1];
    if (account === undefined) throw new Error(`nobody is called ${upn}`);
    return [['account', account]];
  }

  return {
    signIn: async (url, choices = {}) => {
      const last = await act(await load(url), new URL(url).origin, (page) => press(page, choices));
      if (choices.deny === true && new URL(last.url).origin === new URL(url).origin) {
        throw new Error('the tenant did not ask for consent');
      }
      return last;
    },
    enterCode: async (url, userCode, choices = {}) => {
      const typed = new Set<string>();
      return await act(await load(url), new URL(url).origin, (page) => {
        if (!page.text.includes('op.deviceInputForm')) return press(page, choices);
        if (typed.has(userCode)) throw new Error('the page did not take the code');
        typed.add(userCode);
        return [['user_code', userCode]];
      });
    },
  };
}

async function send(url: string, ca: string, form: URLSearchParams | undefined, cookie: string): Promise<Page> {
  const isSecure = url.startsWith('https:');
  const headers = {
    accept: 'text/html',
    ...(cookie !== '' && isSecure ? { cookie } : {}),
    ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
  };
  const options = { method: form === undefined ? 'GET' : 'POST', headers, agent: false } as const;
  return await new Promise<Page>((resolve, reject) => {
    const request = isSecure ? requestHttps(url, { ...options, ca }) : requestHttp(url, options);
    request.once('error', reject);
    request.once('response', (incoming) => {
      buffer(incoming).then((body) => {
        const response = new Response(body, { status: incoming.statusCode ?? 0 });
        for (let index = 0; index + 1 < incoming.rawHeaders.length; index += 2) {
          response.headers.append(incoming.rawHeaders[index] ?? '', incoming.rawHeaders[index + 1] ?? '');
        }
        resolve({ url, response, text: body.toString('utf8') });
      }, reject);
    });
    request.end(form?.toString());
  });
}

function attribute(text: string, name: string): string | undefined {
  return new RegExp(`\\b${name}="([^"]*)"`)
    .exec(text)?.[1]
    ?.replace(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code)))
    .replace(/&quot;/g, '"')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');
}
