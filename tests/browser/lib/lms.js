// A small LTI 1.3 platform of our own: signs launches for anybody, takes scores, and refuses or changes some of them.
import { createSign, generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

const CLAIM = 'https://purl.imsglobal.org/spec/lti/claim/';
const ROLE = 'http://purl.imsglobal.org/vocab/lis/v2/membership#';
const AGS = 'https://purl.imsglobal.org/spec/lti-ags/';
export const CLIENT = 'browser-tests';

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

/** @param {object} claims */
function sign(claims) {
  const part = (/** @type {object} */ value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'RS256', typ: 'JWT', kid: 'one' })}.${part(claims)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`;
}

/**
 * @typedef {{ sub: string, name?: string, email?: string, teacher?: boolean, test?: boolean, fate?: 'refuse' | 'fail' | 'edit' }} Person
 * `fate` is what happens to their grade: refused for good, failed for now, or changed by a teacher in the LMS.
 */

/** @param {() => string} tool its address, once it is known @param {Person[]} people */
export async function startLms(tool, people) {
  const scores = new Map();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url, 'http://lms');
    const json = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const query = Object.fromEntries(url.searchParams);
    let body = '';
    for await (const chunk of request) body += chunk;
    const [, room, link, what] = url.pathname.split('/');
    if (room === 'open') {
      response.writeHead(302, { location: `${tool()}/lti/login?${login(origin, tool(), query)}` }).end();
    } else if (room === 'auth') {
      const id_token = sign(claims(origin, tool(), people, query));
      const field = (name, value) => `<input type="hidden" name="${name}" value="${value}">`;
      response.writeHead(200, { 'content-type': 'text/html' }).end(
        `<!doctype html><form method="post" action="${query.redirect_uri}">${field('id_token', id_token)}${field('state', query.state)}</form><script>document.forms[0].submit()</script>`,
      );
    } else if (room === 'jwks') {
      json(200, { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'RS256', use: 'sig' }] });
    } else if (room === 'token') {
      json(200, { access_token: 'good', token_type: 'Bearer', expires_in: 3600, scope: `${AGS}scope/score` });
    } else if (room === 'column' && what === 'scores') {
      const score = JSON.parse(body);
      const fate = people.find((p) => p.sub === score.userId)?.fate;
      if (fate === 'refuse') return json(403, { error: 'not a member' });
      if (fate === 'fail') return json(503, { error: 'down' });
      scores.set(`${link}/${score.userId}`, fate === 'edit' ? 95 : (100 * score.scoreGiven) / score.scoreMaximum);
      response.writeHead(200).end();
    } else if (room === 'column' && what === 'results') {
      const got = scores.get(`${link}/${query.user_id}`);
      json(200, got === undefined ? [] : [{ id: url.href, userId: query.user_id, resultScore: got, resultMaximum: 100 }]);
    } else response.writeHead(404).end();
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const port = server.address().port;
  const origin = `http://localhost:${port}`;
  return { origin, port, people, close: () => server.close() };
}

/** The third-party login: who wants to open what rides in the message hint. */
function login(origin, tool, { as, link, to }) {
  return new URLSearchParams({
    iss: origin,
    client_id: CLIENT,
    login_hint: as,
    lti_message_hint: [link, to].join('~'),
    target_link_uri: `${tool}/lti/launch`,
  });
}

function claims(origin, tool, people, { login_hint, lti_message_hint, nonce }) {
  const person = people.find((p) => p.sub === login_hint);
  const [link, to] = lti_message_hint.split('~');
  const now = Math.floor(Date.now() / 1000);
  const roles = [ROLE + (person.teacher ? 'Instructor' : 'Learner')];
  if (person.test) roles.push('http://purl.imsglobal.org/vocab/lti/system/person#TestUser');
  const claim = {
    version: '1.3.0',
    message_type: 'LtiResourceLinkRequest',
    deployment_id: 'one',
    target_link_uri: `${tool}/lti/launch`,
    roles,
    resource_link: { id: link, title: link },
    context: { id: 'course', title: 'Applied machine learning, autumn term' },
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
  };
}
