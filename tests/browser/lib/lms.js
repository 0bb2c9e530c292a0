// A small LTI 1.3 platform of our own: signs launches for anybody, takes scores, and refuses or changes some of them; lists its members;
// registers the tool in a frame.
import { createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

const TEST = 'http://purl.imsglobal.org/vocab/lti/system/person#TestUser';
const CLAIM = 'https://purl.imsglobal.org/spec/lti/claim/';
const ROLE = 'http://purl.imsglobal.org/vocab/lis/v2/membership#';
const AGS = 'https://purl.imsglobal.org/spec/lti-ags/';
const NRPS = 'https://purl.imsglobal.org/spec/lti-nrps/';
const TOOL = 'https://purl.imsglobal.org/spec/lti-tool-configuration';
const PLATFORM = 'https://purl.imsglobal.org/spec/lti-platform-configuration';
export const CLIENT = 'browser-tests';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** @param {object} claims */
function sign(claims) {
  const part = (/** @type {object} */ value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'RS256', typ: 'JWT', kid: 'one' })}.${part(claims)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`;
}

/**
 * @typedef {{ sub: string, name?: string, email?: string, teacher?: boolean, test?: boolean, fate?: 'refuse' | 'fail' | 'edit', absent?: boolean, listed?: string | false }} Person
 * `fate` is what happens to their grade: refused for good, failed for now, or a teacher has typed another in the LMS. Who is `absent` never opens
 * anything. `listed` is their status on the course list, `false` where they are not on it.
 */

/**
 * @param {() => string} tool its address, once it is known
 * @param {Person[]} people
 * @param {(url: URL) => [number, object, string?] | undefined} [more] further pages
 * @param {(hint: string[]) => any} [own] claims of this LMS's own, by what `login` put into the hint
 */
export async function startLms(tool, people, more = () => undefined, own = () => ({})) {
  const scores = new Map();
  const rooms = {
    open: ({ query }) => [302, { location: `${tool()}/lti/login?${login(origin, tool(), query)}` }],
    auth: ({ query }) => {
      const hint = query.lti_message_hint.split('~');
      const id_token = sign({ ...claims(origin, tool(), people, query), ...own(hint) });
      return html(posting(query.redirect_uri, { id_token, state: query.state }, hint[3]));
    },
    jwks: () => json(200, { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }] }),
    token: ({ body }) => json(200, { access_token: 'good', token_type: 'Bearer', expires_in: 3600, scope: new URLSearchParams(body).get('scope') }),
    members: ({ url }) => json(200, { id: url.href, context: { id: 'course' }, members: members(people) }, 'application/vnd.ims.lti-nrps.v2.membershipcontainer+json'),
    configuration: ({ query }) => json(200, configuration(origin, query)),
    register: ({ query, body }) => register(query.client, body),
    frame: ({ query }) => html(frame(query.src)),
    popup: ({ query }) => html(popup(query.src)),
    column: ({ url, path: [link, what], query, body }) => {
      const fate = (sub) => people.find((p) => p.sub === sub)?.fate;
      if (what === 'results') {
        const got = fate(query.user_id) === 'edit' ? 95 : scores.get(`${link}/${query.user_id}`);
        return json(200, got === undefined ? [] : [{ id: url.href, userId: query.user_id, resultScore: got, resultMaximum: 100 }]);
      }
      const score = JSON.parse(body);
      if (fate(score.userId) === 'refuse') return json(403, { error: 'not a member' });
      if (fate(score.userId) === 'fail') return json(503, { error: 'down' });
      scores.set(`${link}/${score.userId}`, (100 * score.scoreGiven) / score.scoreMaximum);
      return json(200, {});
    },
  };
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://lms');
    let body = '';
    for await (const chunk of request) body += chunk;
    const [room, ...path] = url.pathname.slice(1).split('/');
    const [status, headers, text] = rooms[room]?.({ url, path, query: Object.fromEntries(url.searchParams), body }) ?? more(url) ?? [404, {}];
    response.writeHead(status, headers).end(text);
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const port = server.address().port;
  const origin = `http://localhost:${port}`;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  return { origin, ports: [port], people, scores, close };
}

const json = (status, body, type = 'application/json') => [status, { 'content-type': type }, JSON.stringify(body)];
const html = (text) => [200, { 'content-type': 'text/html' }, `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width">${text}`];

/** A form that sends itself, unless it is to `wait` for somebody to press. */
const posting = (action, fields, wait) => {
  const inputs = Object.entries(fields).map(([name, value]) => `<input type="hidden" name="${name}" value="${value}">`);
  return `<form method="post" action="${action}">${inputs.join('')}<button>Go on</button></form>${wait ? '' : '<script>document.forms[0].submit()</script>'}`;
};

/** The third-party login: who wants to open what rides in the message hint. */
function login(origin, tool, { as, link, to, deployment, wait, school, storage }) {
  return new URLSearchParams({
    ...(storage && { lti_storage_target: storage }),
    iss: origin,
    client_id: CLIENT,
    login_hint: as,
    lti_message_hint: [link, to, deployment, wait, school].join('~'),
    target_link_uri: `${tool}/lti/launch`,
  });
}

const role = (person) => ROLE + (person.teacher ? 'Instructor' : 'Learner');

/** The course list. */
function members(people) {
  const roles = (p) => [role(p), ...(p.test ? [TEST] : [])];
  return people.filter((p) => p.listed !== false).map((p) => ({ user_id: p.sub, roles: roles(p), status: p.listed || 'Active', name: p.name, email: p.email }));
}

/** Where an administrator of the LMS opens the tool's registration link: a page of another site, with the tool's in its frame. */
const frame = (src) => `<title>Manage tools</title><link rel="icon" href="data:,"><body style="margin:0"><p>Manage tools</p>
  <iframe id="tool" title="Registration" src="${src.replaceAll('&', '&amp;')}" style="border:0;width:100%;height:800px"></iframe>
  <script>${hearing("document.getElementById('tool').remove()")}</script>`;

/** The same with the tool in a window of its own. */
const popup = (src) => `<title>Manage tools</title><link rel="icon" href="data:,"><p>Manage tools</p><button>Add LTI Advantage</button>
  <script>let tool; document.querySelector('button').onclick = () => { tool = window.open(${JSON.stringify(src)}, 'tool'); }; ${hearing('tool.close()')}</script>`;

/** Notes what the tool says, and closes it when it says that it is done. */
const hearing = (close) => `window.heard = []; addEventListener('message', (e) => {
  window.heard.push({ from: e.origin, says: e.data }); if (e.data.subject === 'org.imsglobal.lti.close') ${close}; });`;

/** The LMS's answer to a registration. */
function register(client, body) {
  if (client === 'refused') return json(403, { error: 'not_allowed', error_description: 'Only site administrators register tools.' });
  return json(200, { ...JSON.parse(body), client_id: client, [TOOL]: { deployment_id: '7' } });
}

/** What the LMS says of itself; registered by `client`, it has keys at an address of their own. */
function configuration(origin, { client, product, keys = '' }) {
  const urls = { authorization_endpoint: 'auth', token_endpoint: 'token', jwks_uri: `jwks${keys}`, registration_endpoint: `register?client=${client}` };
  return {
    issuer: origin,
    ...Object.fromEntries(Object.entries(urls).map(([name, path]) => [name, `${origin}/${path}`])),
    scopes_supported: ['scope/lineitem', 'scope/score', 'scope/result.readonly'].map((s) => AGS + s).concat(`${NRPS}scope/contextmembership.readonly`),
    [PLATFORM]: { product_family_code: product, version: '4.5.6 (Build: 20250811)', messages_supported: [{ type: 'LtiResourceLinkRequest' }] },
  };
}

function claims(origin, tool, people, { login_hint, lti_message_hint, nonce }) {
  const person = people.find((p) => p.sub === login_hint);
  const [link, to, deployment] = lti_message_hint.split('~');
  const now = Math.floor(Date.now() / 1000);
  const roles = [role(person), ...(person.test ? [TEST] : [])];
  const claim = {
    version: '1.3.0',
    message_type: 'LtiResourceLinkRequest',
    deployment_id: deployment,
    target_link_uri: `${tool}/lti/launch`,
    roles,
    resource_link: { id: link, title: link },
    context: { id: 'course', title: 'Applied machine learning, autumn term' },
    launch_presentation: { return_url: `${origin}/course` },
    ...(to && { custom: { to } }),
  };
  const named = Object.entries(claim).map(([name, value]) => [CLAIM + name, value]);
  const column = { scope: [`${AGS}scope/score`, `${AGS}scope/result.readonly`], lineitem: `${origin}/column/${link}` };
  return {
    iss: origin, aud: CLIENT, sub: person.sub, nonce, iat: now, exp: now + 300, jti: randomUUID(),
    ...(person.name && { name: person.name }),
    ...(person.email && { email: person.email }),
    ...Object.fromEntries(named),
    [`${AGS}claim/endpoint`]: column,
    [`${NRPS}claim/namesroleservice`]: { context_memberships_url: `${origin}/members`, service_versions: ['2.0'] },
  };
}
