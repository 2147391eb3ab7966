import * as z from 'zod/mini';
import type { Tracked } from '../../shared/events/catalogue.ts';
import { fetchFault, parseJson } from '../../shared/runtime/http.ts';
import { redactAddress } from '../../shared/runtime/sanitize.ts';
import { exit, Failure } from './exit.ts';

const schema = z.object({
  status: z.string(),
  facts: z.record(z.string(), z.string()),
  timeline: z.array(z.object({ id: z.string(), type: z.string(), time: z.string() })),
  followUps: z.array(z.looseObject({ kind: z.string(), state: z.string() })),
});

/** What the receiver has tracked of one id. */
export type ReceiverStatus = z.infer<typeof schema>;

const collections = {
  correspondence: 'correspondences',
  attachment: 'attachments',
  'notification-order': 'notification-orders',
} as const satisfies Record<Tracked, string>;

/** Milliseconds: a function app that sleeps takes its time. */
const timeout = 45_000;

/**
 * Makes the way to our receiver.
 * @param address the function app's, with its key as `?code=`; what follows `/api` in its path is ignored
 * @throws Failure when that is no address
 */
export function makeReceiver(address: string) {
  if (!URL.canParse(address)) {
    throw new Failure(
      'The receiver is no address. Example: https://my-app.azurewebsites.net?code=…',
      exit.usage,
    );
  }
  const url = new URL(address);
  const base = url.origin + url.pathname.replace(/\/api(\/.*)?$/, '').replace(/\/+$/, '');
  const code = url.searchParams.get('code');
  return {
    /** @returns `undefined` for an id of which nothing is tracked @throws Failure */
    async status(about: Tracked, id: string): Promise<ReceiverStatus | undefined> {
      const path = `${base}/api/${collections[about]}/${encodeURIComponent(id)}`;
      const query = code ? `?${new URLSearchParams({ code })}` : '';
      const { status, text } = await get(path + query);
      if (status === 404 && parseJson(text)) return undefined;
      if (status === 401) {
        throw new Failure(
          `The receiver refused the key for ${path}. Give a host key, or that of read-status, as ?code= in --receiver`,
        );
      }
      const parsed = schema.safeParse(parseJson(text));
      if (status !== 200 || !parsed.success) {
        throw new Failure(`${path} answered ${status}, and not with a status. Is that the receiver?`);
      }
      return parsed.data;
    },
  };
}

export type Receiver = ReturnType<typeof makeReceiver>;

async function get(url: string): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(timeout) });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    throw new Failure(`The receiver at ${redactAddress(url)} could not be reached (${fetchFault(error)})`);
  }
}
