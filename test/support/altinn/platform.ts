import { makePlatform } from '../../../shared/altinn/api/platform.ts';
import { makeTokens } from '../../../shared/altinn/auth/tokens.ts';
import { settingsFor, withTokens, writeScopes } from './client.ts';
import { type Reply, type Seen, serve } from './server.ts';

/** A platform whose APIs answer by `handle`; the waits between tries are noted, not waited for. */
export async function platformOf(
  handle: (request: Seen) => Reply | undefined | Promise<Reply | undefined>,
  scope = writeScopes,
  more: Record<string, string> = {},
) {
  const server = await serve(withTokens(handle, scope));
  const waits: number[] = [];
  const sleep = async (milliseconds: number) => waits.push(milliseconds);
  const settings = settingsFor(server.url, more);
  const tokens = makeTokens(settings, { sleep });
  const platform = makePlatform({ environment: settings.environment, tokens, sleep });
  const asked = () => server.seen.filter(({ path }) => /\/(events|correspondence)\/api/.test(path));
  const exchanges = () => server.seen.filter(({ path }) => path.startsWith('/authentication/')).length;
  return { platform, tokens, waits, asked, exchanges };
}
