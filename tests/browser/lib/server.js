// A small LMS server: hands out package files under a strict policy, the LMS page, and keeps what is committed.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const scormAgain = join(dirname(here), 'node_modules', 'scorm-again', 'dist');
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.xml': 'text/xml',
};
// What a careful LMS would allow content: its own files, nothing inline, nothing from elsewhere.
const STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'";

/** @param {Map<string, import('./packages.js').Package>} packages by name */
export async function serve(packages) {
  /** What each learner's last commit and last log were. */
  const kept = new Map();
  const asked = [];
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://lms');
    asked.push(url.pathname);
    const [, room, name, ...rest] = url.pathname.split('/');
    const send = (type, body, headers = {}) => response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store', ...headers }).end(body);
    if (room === 'package' && packages.get(name)?.files.has(rest.join('/'))) {
      const path = rest.join('/');
      send(TYPES[extname(path)] || 'application/octet-stream', packages.get(name).files.get(path), { 'content-security-policy': STRICT });
    } else if (room === 'lms' && name === 'page') {
      const script = url.searchParams.get('version');
      send(TYPES['.html'], `<!doctype html><html lang="en"><title>LMS</title><script src="/again/${script}.js"></script>
        <iframe id="sco" title="Course" style="width:1000px;height:700px"></iframe><script src="/lms/host"></script>`);
    } else if (room === 'lms' && name === 'host') {
      send(TYPES['.js'], readFileSync(join(here, 'host.js')));
    } else if (room === 'again') {
      send(TYPES['.js'], readFileSync(join(scormAgain, name)));
    } else if (room === 'lms' && (name === 'commit' || name === 'log')) {
      let body = '';
      for await (const chunk of request) body += chunk;
      const learner = rest[0];
      const entry = kept.get(learner) || { state: null, log: [], commits: 0 };
      if (name === 'commit') {
        entry.state = JSON.parse(body);
        entry.commits++;
      } else entry.log = JSON.parse(body);
      kept.set(learner, entry);
      send('application/json', '{"result":"true","errorCode":0}');
    } else if (room === 'lms' && name === 'state') {
      send('application/json', JSON.stringify(kept.get(rest[0])?.state ?? null));
    } else if (room === 'favicon.ico') {
      response.writeHead(204).end();
    } else {
      response.writeHead(404).end();
    }
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const origin = `http://127.0.0.1:${server.address().port}`;
  return { origin, kept, asked, close: () => server.close() };
}
