import { describe, expect, it } from 'vitest';
import { makeAsk } from '../../../infra/azure/client/ask.ts';
import { AzureError } from '../../../infra/azure/client/azure-error.ts';
import { functionApp } from '../../../infra/azure/client/function-app.ts';
import { explained } from '../../../infra/azure/client/remedy.ts';
import { keySecrets } from '../../../infra/azure/client/secrets.ts';
import { logAnalytics, resourceManager } from '../../../infra/azure/client/services.ts';
import { type Reply, serve } from '../../support/altinn/server.ts';
import { simulateAzure } from '../../support/azure/azure.ts';
import { signedIn } from '../../support/azure/signed-in.ts';
import { groupId, idOf, vault } from '../../support/azure/state.ts';

const key = 'the-key-that-nobody-may-see';
const sleep = async () => {};

/** Asks a service that gives one answer and no other. */
async function answering(reply: Reply | undefined) {
  const { url } = await serve(() => reply);
  const elsewhere = (target: unknown, init?: RequestInit) =>
    fetch(String(target).replace(/^https:\/\/[^/]+/, url), init);
  return makeAsk(signedIn, { fetch: elsewhere as typeof fetch, sleep });
}

const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => undefined,
    (error: unknown) => error as AzureError,
  );

describe('an error of Azure’s', () => {
  it('does not repeat what was sent, which may be a key', async () => {
    const message = `The value ${key} is not allowed`;
    const ask = await answering({ status: 400, body: { error: { code: 'BadParameter', message } } });
    const secret = await failureOf(keySecrets(ask, vault).write('receive-events-key', { value: key }));
    const inApp = await failureOf(functionApp(ask, groupId).setKey('read-status', 'status', key));
    for (const error of [secret, inApp]) {
      expect(error).toBeInstanceOf(AzureError);
      expect(error?.message).toContain('400 BadParameter');
      expect(JSON.stringify(error) + error?.message + error?.stack).not.toContain(key);
    }
  });

  it.each<[string, Reply | undefined, string, boolean]>([
    ['no JSON', { status: 502, body: '<html>Bad Gateway</html>' }, 'answered 502', true],
    ['nothing', undefined, 'could not be asked', true],
    ['a conflict', { status: 409, body: { error: { code: 'Conflict' } } }, 'answered 409 Conflict', true],
    ['a refusal', { status: 403, body: { error: { code: 'Forbidden' } } }, 'answered 403 Forbidden', false],
  ])('for %s says what happened, and whether it may pass', async (_, reply, message, mayPass) => {
    const ask = await answering(reply);
    const error = await failureOf(ask(resourceManager, 'GET', `${groupId}?api-version=2021-04-01`));
    expect(error?.message).toContain(message);
    expect(error?.mayPass).toBe(mayPass);
  });

  it('for a token of another tenant says which setting is wrong', async () => {
    const code = 'InvalidAuthenticationTokenTenant';
    const ask = await answering({
      status: 401,
      body: { error: { code, message: 'The access token is from the wrong issuer.' } },
    });
    const error = await failureOf(ask(resourceManager, 'GET', groupId));
    expect(explained(error as AzureError)).toContain('Set AZURE_TENANT_ID');
  });
});

describe('the simulated Azure', () => {
  const site = idOf('Microsoft.Web/sites', 'func-letters');

  it('takes no token that is for another service', async () => {
    const { fetch } = await simulateAzure();
    const wrong = { ...resourceManager, scope: logAnalytics.scope };
    const error = await failureOf(
      makeAsk(signedIn, { fetch })(wrong, 'GET', `${site}?api-version=2024-11-01`),
    );
    expect(error).toMatchObject({ status: 401, code: 'InvalidAuthenticationTokenAudience' });
  });

  it.each([
    ['', 'MissingApiVersionParameter'],
    ['?api-version=2012-01-01', 'NoRegisteredProviderFound'],
  ])('takes no request with the version "%s"', async (version, code) => {
    const { fetch } = await simulateAzure();
    const error = await failureOf(makeAsk(signedIn, { fetch })(resourceManager, 'GET', site + version));
    expect(error).toMatchObject({ status: 400, code });
  });
});
