import { type Reply, type Seen, serve } from '../altinn/server.ts';
import { fault } from './errors.ts';
import { keyVault } from './key-vault.ts';
import { resourceManager } from './resource-manager.ts';
import { type Deployed, deployed, vault } from './state.ts';

/** Tests may put the simulated one in its place. */
const realFetch = fetch;

/** Whose tokens each host takes. */
const audiences: Record<string, string[]> = {
  'management.azure.com': ['https://management.azure.com', 'https://management.core.windows.net'],
  [`${vault}.vault.azure.net`]: ['https://vault.azure.net'],
  'api.loganalytics.azure.com': ['https://api.loganalytics.io', 'https://api.loganalytics.azure.com'],
};

/**
 * A simulated Azure Resource Manager, Key Vault and Log Analytics until the test ends, written from their
 * documentation. The first segment of a path is the host that was meant.
 */
export async function simulateAzure() {
  const state = deployed();
  const { url, seen } = await serve((request) => {
    const [, host = '', rest = '/'] = /^\/([^/]+)(\/.*)$/.exec(request.path) ?? [];
    return answer(state, host, { ...request, path: decodeURIComponent(rest) });
  });
  const redirected: typeof fetch = async (target, init) => {
    if (!audiences[new URL(String(target)).host])
      throw new TypeError('fetch failed', { cause: { code: 'ENOTFOUND' } });
    return realFetch(String(target).replace(/^https:\//, url), init);
  };
  return { state, url, seen, fetch: redirected };
}

export type SimulatedAzure = Awaited<ReturnType<typeof simulateAzure>>;

function answer(state: Deployed, host: string, request: Seen): Reply | undefined {
  const expected = audiences[host];
  if (!expected) return undefined;
  if (state.throttled-- > 0) {
    const reply = fault(429, 'TooManyRequests', 'The request is being throttled.');
    return { ...reply, headers: { 'retry-after': '1' } };
  }
  const aud = audienceOf(request.headers.authorization);
  if (!aud)
    return fault(
      401,
      'AuthenticationFailed',
      "Authentication failed. The 'Authorization' header is missing.",
    );
  if (!expected.includes(aud)) {
    return fault(
      401,
      'InvalidAuthenticationTokenAudience',
      `The access token has been obtained for wrong audience or resource '${aud}'.`,
    );
  }
  if (host === 'management.azure.com') return resourceManager(state, request);
  return host.endsWith('.vault.azure.net') ? keyVault(state, request) : logs(state, request);
}

/** Source: "Azure Monitor Log Analytics API", response format, at learn.microsoft.com. */
function logs({ lastMeasured }: Deployed, { path, body }: Seen): Reply {
  if (!/^\/v1\/workspaces\/[\da-f-]{36}\/query$/.test(path))
    return fault(404, 'PathNotFoundError', 'The requested path does not exist');
  if (lastMeasured === 'denied') {
    return fault(
      403,
      'InsufficientAccessError',
      'The provided credentials have insufficient access to perform the requested operation',
    );
  }
  if (!(JSON.parse(body) as { query?: string }).query)
    return fault(400, 'BadArgumentError', 'The request had some invalid properties');
  const columns = [{ name: 'last', type: 'datetime' }];
  return { body: { tables: [{ name: 'PrimaryResult', columns, rows: [[lastMeasured]] }] } };
}

function audienceOf(authorization = ''): string | undefined {
  const [, payload = ''] = /^Bearer [\w-]+\.([\w-]+)\./.exec(authorization) ?? [];
  return payload ? JSON.parse(Buffer.from(payload, 'base64url').toString()).aud : undefined;
}
