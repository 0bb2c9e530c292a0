// A platform with storage for tools, as Canvas has it: the course at one origin, login and storage at another. All are on `localhost`,
// so that the tool, at `127.0.0.1`, is on another site.
import { readFileSync } from 'node:fs';
import { createServer, request as ask } from 'node:http';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { watch } from './browser.js';
import { startLms } from './lms.js';

const here = dirname(fileURLToPath(import.meta.url));
const CLAIM = 'https://purl.imsglobal.org/spec/lti/claim/';
/** What the platform calls its frame, the same as in Canvas. */
export const FORWARDING = 'post_message_forwarding';

/** @type {typeof startLms} */
export async function startStoring(tool, people) {
  const school = await listen(page);
  const stranger = await listen(page);
  const others = [school, stranger];

  function page(url) {
    const send = (type, body) => [200, { 'content-type': type, 'cache-control': 'no-store' }, body];
    const query = url.searchParams;
    if (url.pathname.endsWith('.js')) return send('text/javascript', readFileSync(join(here, url.pathname.slice(1))));
    if (url.pathname === '/storage') return send('text/html', html('Storage', '<script src="/storage.js"></script>'));
    if (url.pathname === '/beside') return send('text/html', html('Beside', '<script src="/beside.js"></script>'));
    if (url.pathname !== '/course') return undefined;
    const own = query.get('storage') === '_parent';
    const frame = (name, src) => `<iframe name="${name}" title="${name}" src="${src}" hidden></iframe>`;
    const keeper = query.get('keeper') === 'stranger' ? stranger.origin : lms.origin;
    const open = `${lms.origin}/open?${query}`.replaceAll('&', '&amp;');
    return send('text/html', html('Course', `<h1>Course</h1>
      ${own ? '' : frame(FORWARDING, `${keeper}/storage?${query}`.replaceAll('&', '&amp;')) + frame('beside', `${lms.origin}/beside`)}
      <iframe id="tool" name="tool" title="Activity" ${query.get('plain') ? 'src' : 'data-open'}="${open}" style="width:100%;height:800px;border:0"></iframe>
      <script src="/${own ? 'storage' : 'beside'}.js"></script><script src="/course.js"></script>`));
  }

  const lms = await startLms(tool, people, page, ([, , , , at]) => ({
    [`${CLAIM}launch_presentation`]: { document_target: 'iframe', return_url: `${at}/back` },
  }));
  return {
    ...lms,
    school: school.origin,
    strange: stranger.origin,
    ports: [...lms.ports, ...others.map((o) => o.port)],
    close: () => [lms, ...others].forEach((server) => server.close()),
  };
}

const html = (title, body) => `<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>${title}</title><body>${body}</body></html>`;

async function listen(page) {
  const server = createServer((request, response) => {
    const [status, headers, text] = page(new URL(request.url, 'http://lms')) ?? [404, {}];
    response.writeHead(status, headers).end(text);
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const { port } = server.address();
  return { port, origin: `http://localhost:${port}`, close: () => { server.closeAllConnections(); server.close(); } };
}

/**
 * The course's page with the tool in its frame, at the school's origin, or at the login's where the storage is the page itself.
 * @param {import('playwright-core').BrowserContext} context
 * @param {Awaited<ReturnType<typeof import('./tool.js').startTool>>} tool
 */
export async function openCourse(context, tool, options = {}) {
  const at = options.at ?? (options.storage === '_parent' ? tool.lms.origin : tool.lms.school);
  const query = { as: 'ada', link: 'one', to: 'one', deployment: 'one', school: at, tool: tool.origin, ...options };
  const page = await context.newPage();
  const problems = watch(page);
  const asked = [];
  page.on('request', (request) => { if (request.url().startsWith(tool.origin)) asked.push(request); });
  await page.goto(`${at}/course?${new URLSearchParams(query)}`);
  const frame = page.frame({ name: 'tool' });
  const storage = () => (query.storage === '_parent' ? page.mainFrame() : page.frame({ name: FORWARDING }));
  return {
    page, frame, problems, asked, storage,
    kept: () => storage().evaluate(() => window.kept),
    breaches: () => storage().evaluate(() => window.breaches),
    overheard: async () => (await Promise.all(page.frames().filter((f) => /\/(beside|course)\b/.test(f.url())).map((f) => f.evaluate(() => window.overheard ?? [])))).flat(),
  };
}

/**
 * A proxy that lets no cookie of anybody through. To the tool it is a browser that keeps none in a frame, not even partitioned ones, as
 * Safari was for years; Chromium can only be told so together with the tab's storage.
 */
export async function cookieEater() {
  const server = createServer((request, response) => {
    const headers = { ...request.headers };
    delete headers.cookie;
    const onward = ask(request.url, { method: request.method, headers, family: 4, agent: false }, (answer) => {
      const kept = { ...answer.headers };
      delete kept['set-cookie'];
      response.writeHead(answer.statusCode, kept);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    request.pipe(onward);
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return { proxy: { server: `http://127.0.0.1:${server.address().port}` }, close: () => { server.closeAllConnections(); server.close(); } };
}
