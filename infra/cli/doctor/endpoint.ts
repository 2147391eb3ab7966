import { randomUUID } from 'node:crypto';
import { fetchFault } from '../../../shared/runtime/http.ts';
import { type Check, type Context, fail, ok, warn } from './check.ts';

/** Milliseconds that Altinn waits for an answer. */
const timeout = 45_000;

/** An answer to a validation event, in so far as it matters. */
interface Reply {
  /** 0 when there was none. */
  readonly status: number;
  /** A page for a person: by its type, or by how it begins. */
  readonly isPage: boolean;
  readonly reason: string;
}

export const endpointAnswers: Check = {
  name: 'validation event',
  needs: ['address'],
  async run(context) {
    const reply = await postValidation(context.endpoint ?? '', context);
    if (reply.status === 200 && !reply.isPage) return ok('the endpoint answers it with 200');
    const [detail, fix] = explain(reply);
    return fail(detail, fix);
  },
};

export const wrongKeyIsRefused: Check = {
  name: 'wrong key',
  needs: ['address'],
  async run(context) {
    const url = new URL(context.endpoint ?? '');
    if (!url.searchParams.has('code')) {
      return warn(
        'the endpoint has no key, so that anybody may post events',
        'Subscribe with ?code= and the key of receive-events',
      );
    }
    url.searchParams.set('code', `wrong-${randomUUID()}`);
    const { status, reason } = await postValidation(url.href, context);
    if (status === 401) return ok('the endpoint refuses it with 401');
    if (status === 403) return ok('the endpoint refuses it with 403');
    if (status === 0)
      return fail(`the endpoint does not answer (${reason})`, 'See whether the function app runs');
    return fail(
      `the endpoint answers it with ${status}, where 401 is due`,
      "Deploy receive-events with authLevel 'function', and let nothing before it answer for it",
    );
  },
};

function explain({ status, isPage, reason }: Reply): [detail: string, fix: string] {
  if (status === 0) {
    return [
      `the endpoint does not answer (${reason})`,
      'See whether the function app runs, and its firewall',
    ];
  }
  if (status >= 300 && status < 400) {
    return [
      `the endpoint redirects (${status}): Altinn follows, may end at a login page that answers 200, and the events are gone`,
      'Subscribe with the final address, and turn off authentication (Easy Auth) for the route api/events',
    ];
  }
  if (isPage && status < 300) {
    return [
      `the endpoint answers ${status} with a web page, a login page say: Altinn would take the events as delivered`,
      'Subscribe with the address of receive-events, and let nothing before it ask for a login',
    ];
  }
  if (status === 401) {
    return [
      'the endpoint refuses its own key (401)',
      'Subscribe with ?code= and a present key of receive-events',
    ];
  }
  if (status === 403) {
    return [
      'the endpoint refuses this machine (403)',
      'If only Altinn may call (ALTINN_SOURCE_POLICY, access restrictions), look at the subscription below instead',
    ];
  }
  if (status === 404) {
    return ['there is no such route (404)', 'Its path is /api/events; see whether the app has been deployed'];
  }
  return [
    `the endpoint answers ${status}, where 200 is due`,
    "See the function app's log: 503 means that its storage does not answer",
  ];
}

/** Posts the validation event as Altinn does. */
async function postValidation(endpoint: string, { connection }: Context): Promise<Reply> {
  const platform = connection.ok
    ? connection.value.settings.environment.platform
    : 'https://platform.tt02.altinn.no';
  const event = {
    specversion: '1.0',
    id: randomUUID(),
    source: `${platform}/events/api/v1/subscriptions/0`,
    type: 'platform.events.validatesubscription',
  };
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify(event),
      redirect: 'manual',
      signal: AbortSignal.timeout(timeout),
    });
    const text = await response.text();
    const isPage =
      /^text\/html/i.test(response.headers.get('content-type') ?? '') || /^\s*<(!doctype|html)/i.test(text);
    return { status: response.status, isPage, reason: '' };
  } catch (error) {
    return { status: 0, isPage: false, reason: fetchFault(error) };
  }
}
