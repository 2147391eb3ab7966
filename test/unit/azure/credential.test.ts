import type { TokenCredential } from '@azure/identity';
import { expect, it, vi } from 'vitest';
import { AzureError } from '../../../infra/azure/client/azure-error.ts';
import { remembering } from '../../../infra/azure/client/credential.ts';

const minute = 60_000;

/** A credential whose tokens are good for so long. */
function arrange(goodFor: number) {
  const getToken = vi.fn<TokenCredential['getToken']>(async () => ({
    token: 'token',
    expiresOnTimestamp: Date.now() + goodFor,
  }));
  const load = vi.fn(async () => ({ getToken }));
  return { getToken, load, credential: remembering(load) };
}

it('asks once for each scope, also where many ask at once', async () => {
  const { getToken, load, credential } = arrange(60 * minute);
  expect(load).not.toHaveBeenCalled();
  await credential.getToken('a/.default');
  await Promise.all(['a', 'a', 'b'].map((name) => credential.getToken(`${name}/.default`)));
  expect(getToken).toHaveBeenCalledTimes(2);
  expect(load).toHaveBeenCalledOnce();
});

it('asks again before a token ends, and where a service wants more of it', async () => {
  const { getToken, credential } = arrange(4 * minute);
  await credential.getToken('a/.default');
  await credential.getToken('a/.default');
  expect(getToken).toHaveBeenCalledTimes(2);
  const long = arrange(60 * minute);
  await long.credential.getToken('a/.default');
  await long.credential.getToken('a/.default', { claims: 'more' });
  expect(long.getToken).toHaveBeenCalledTimes(2);
});

it('says that nobody is signed in, and tries again the next time', async () => {
  const { getToken, credential } = arrange(60 * minute);
  getToken.mockRejectedValueOnce(new Error("Please run 'azd auth login'"));
  const failed = await credential.getToken('a/.default').catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(AzureError);
  expect((failed as AzureError).message).toContain("Please run 'azd auth login'");
  expect(await credential.getToken('a/.default')).toMatchObject({ token: 'token' });
});
