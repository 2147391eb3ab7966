import { describe, expect, it } from 'vitest';
import { NotDelivered } from '../../../../shared/follow-ups/channels/channel.ts';
import { settingNameOf } from '../../../../shared/follow-ups/channels/channel-settings.ts';
import { channelTypes } from '../../../../shared/follow-ups/channels/channel-types.ts';
import { makeChannels, strayNames } from '../../../../shared/follow-ups/channels/make-channels.ts';
import { defaultPolicy } from '../../../../shared/follow-ups/policy/policy.ts';
import { ConfigurationError } from '../../../../shared/runtime/configuration-error.ts';
import { digestOf, failure, receiver, reminders, send, signal } from '../../../support/channels.ts';
import { silentLog } from '../../../support/log.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const storage = { connectionString: 'UseDevelopmentStorage=true' };
const deps = { webhook: undefined, reminders, storage };
const policyOf = (channels: Readonly<Record<string, { type: string; [option: string]: unknown }>>) =>
  new Map(Object.entries(channels).map(([name, { type, ...options }]) => [name, { name, type, options }]));

function problemsOf(...given: Parameters<typeof makeChannels>): string[] {
  try {
    makeChannels(...given);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message.split('\n');
  }
  throw new Error('nothing was wrong');
}

describe('makeChannels', () => {
  it('makes the channels of every type of a policy, and those that are built in', () => {
    const environment = {
      CHANNEL_CASE_TEAM_URL: 'https://prod.example.com/workflows/x',
      CHANNEL_OPS_URL: 'https://hooks.slack.com/services/T/B/x',
      CHANNEL_POST_HOST: 'smtp.example.no',
      CHANNEL_POST_FROM: 'a@example.no',
      CHANNEL_POST_TO: 'b@example.no, c@example.no',
      CHANNEL_PRINT_QUEUE: 'letters-to-print',
      CHANNEL_CASES_URL: 'https://case-system.example.no/x',
      CHANNEL_CASES_SECRET: secret,
    };
    const policy = policyOf({
      'case-team': { type: 'teams', language: 'nn' },
      ops: { type: 'slack', language: 'en' },
      post: { type: 'email' },
      print: { type: 'queue' },
      cases: { type: 'webhook', includePersons: true },
    });
    const webhook = { url: 'https://x.example.no', secret, includePersons: false };
    const made = makeChannels(policy, environment, { webhook, reminders, storage });
    expect([...made.keys()].sort()).toEqual(['case-team', 'cases', 'log', 'ops', 'post', 'print', 'webhook']);
    for (const [name, { sendDigest, maxItems }] of made) {
      expect(sendDigest === undefined, name).toBe(maxItems === undefined);
    }
    expect(strayNames(policy, environment)).toEqual([]);
  });

  it.each(['webhook', 'log'] as const)('makes what there is without a policy: %s', (name) => {
    const webhook = { url: 'https://x.example.no', secret, includePersons: false };
    const { channels } = defaultPolicy(name);
    expect([
      ...makeChannels(
        channels,
        {},
        { webhook: name === 'webhook' ? webhook : undefined, reminders, storage },
      ).keys(),
    ]).toContain(name);
    expect(strayNames(channels, {})).toEqual([]);
  });

  it('says all that is missing or wrong at once, and shows no value', () => {
    const problems = problemsOf(
      policyOf({
        webhook: { type: 'webhook' },
        a: { type: 'teams', language: 'se' },
        b: { type: 'slack' },
        c: { type: 'email', colour: 'red' },
        d: { type: 'queue' },
        'e-1': { type: 'log' },
        e_1: { type: 'log' },
        f: { type: 'fax' },
        g: { type: 'webhook' },
      }),
      {
        CHANNEL_A_URL: 'http://teams.example.no/s3cr3t',
        CHANNEL_C_HOST: 'https://smtp.example.no',
        CHANNEL_C_FROM: 'Etaten <s3cr3t@example.no>',
        CHANNEL_C_TO: 's3cr3t@example.no;b@example.no',
        CHANNEL_C_PORT: '0',
        CHANNEL_D_QUEUE: 'follow-ups',
        CHANNEL_D_STORAGE: 'AccountKey=s3cr3t',
        CHANNEL_G_SECRET: 's3cr3t',
      },
      deps,
    );
    const starts = problems.map((line) => line.split(/[ :]/)[0]).sort();
    expect(starts).toEqual(
      [
        'FOLLOW_UP_WEBHOOK_URL',
        'CHANNEL_A_URL',
        'channels.a.language',
        'CHANNEL_B_URL',
        'CHANNEL_C_HOST',
        'CHANNEL_C_FROM',
        'CHANNEL_C_TO',
        'CHANNEL_C_PORT',
        'channels.c',
        'CHANNEL_D_QUEUE',
        'CHANNEL_D_STORAGE',
        'channels.e_1',
        'channels.f.type',
        'CHANNEL_G_URL',
        'CHANNEL_G_SECRET',
      ].sort(),
    );
    expect(problems.join('\n')).not.toContain('s3cr3t');
    expect(problems.every((line) => /Example: |Make one with: |in the policy|is none of/.test(line))).toBe(
      true,
    );
  });

  it('lets nothing be said in the clear to another machine', () => {
    const mail = { CHANNEL_M_HOST: 'smtp.example.no', CHANNEL_M_FROM: 'a@b.no', CHANNEL_M_TO: 'a@b.no' };
    const policy = policyOf({ m: { type: 'email' } });
    expect(problemsOf(policy, { ...mail, CHANNEL_M_TLS: 'off' }, deps)).toEqual([
      expect.stringMatching(/^CHANNEL_M_TLS is off/),
    ]);
    expect(problemsOf(policy, { ...mail, CHANNEL_M_PASSWORD: 'x' }, deps)).toEqual([
      expect.stringMatching(/^CHANNEL_M_USER is missing/),
    ]);
    expect(
      makeChannels(policy, { ...mail, CHANNEL_M_HOST: 'localhost', CHANNEL_M_TLS: 'off' }, deps).has('m'),
    ).toBe(true);
  });

  it('starts with a secret that Azure has not resolved, and delivers nothing by that channel alone', async () => {
    const { received, url } = await receiver((response) => response.end('ok'));
    const reference = '@Microsoft.KeyVault(SecretUri=https://v.vault.azure.net/secrets/s3cr3t)';
    const policy = policyOf({ a: { type: 'teams' }, b: { type: 'webhook' }, c: { type: 'slack' } });
    const environment = {
      CHANNEL_A_URL: reference,
      CHANNEL_B_URL: url,
      CHANNEL_B_SECRET: reference,
      CHANNEL_C_URL: url,
    };
    const made = makeChannels(policy, environment, deps);
    for (const [name, variable] of [
      ['a', 'CHANNEL_A_URL'],
      ['b', 'CHANNEL_B_SECRET'],
    ] as const) {
      const channel = made.get(name);
      if (!channel) throw new Error(name);
      const errors = [await failure(send(channel))];
      if (channel.sendDigest) errors.push(await failure(channel.sendDigest(digestOf(2), silentLog, signal)));
      for (const error of errors) {
        expect(error).toBeInstanceOf(NotDelivered);
        expect(error).toMatchObject({
          permanent: false,
          message: `${variable} is a Key Vault reference that Azure has not resolved`,
        });
      }
    }
    expect(received).toEqual([]);
    await send(made.get('c') as never);
    expect(received).toHaveLength(1);
  });
});

it('warns of the settings of channels that there are not', () => {
  const policy = policyOf({ 'case-team': { type: 'teams' } });
  const environment = {
    CHANNEL_CASE_TEAM_URL: 'x',
    CHANNEL_CASETEAM_URL: 's3cr3t',
    channel_x: 's3cr3t',
    CHANNEL_EMPTY: ' ',
  };
  const warnings = strayNames(policy, environment);
  expect(warnings.map((line) => line.split(' ')[0])).toEqual(['CHANNEL_CASETEAM_URL', 'channel_x']);
  expect(warnings[0]).toContain('CHANNEL_CASE_TEAM_URL');
  expect(warnings.join()).not.toContain('s3cr3t');
});

it('has declarations that hold together', () => {
  expect(new Set(channelTypes.map(({ type }) => type)).size).toBe(channelTypes.length);
  for (const { type, settings, required = [] } of channelTypes) {
    for (const [key, setting] of Object.entries(settings)) {
      expect(setting.name, type).toMatch(/^[A-Z_]+$/);
      if (setting.default !== undefined)
        expect(() => setting.type.parse(setting.default as string), key).not.toThrow();
      if (!/…/.test(setting.example)) expect(() => setting.type.parse(setting.example), key).not.toThrow();
    }
    for (const key of required) expect(Object.keys(settings), type).toContain(key);
  }
  expect(settingNameOf('case-team', 'URL')).toBe('CHANNEL_CASE_TEAM_URL');
});
