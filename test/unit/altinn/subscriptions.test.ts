import { describe, expect, it } from 'vitest';
import {
  checkSubscription,
  isEqual,
  makeSubscriptions,
  requestOf,
  type Subscription,
  type SubscriptionRequest,
} from '../../../shared/altinn/api/subscriptions.ts';
import { catalogue, typePrefix } from '../../../shared/events/catalogue.ts';
import { platformOf } from '../../support/altinn/platform.ts';

const good: SubscriptionRequest = {
  endPoint: 'https://app.example.no/api/events?code=s3cret',
  resourceFilter: 'urn:altinn:resource:my-letters',
};
const ofRecipient = { ...good, subjectFilter: 'urn:altinn:organization:identifier-no:313154599' };
const type = (name: string) => typePrefix + name;

describe('a check', () => {
  it.each<[string, SubscriptionRequest]>([
    ["a service owner's", good],
    ['one of a type', { ...good, typeFilter: type('correspondencereceiverread') }],
    ["a recipient's", ofRecipient],
    [
      "a recipient's of a type, with subunits",
      { ...ofRecipient, typeFilter: type('correspondencepublished'), includeSubunits: true },
    ],
    ['one to this machine', { ...good, endPoint: 'http://localhost:7071/api/events' }],
  ])('finds nothing wrong with %s', (_, request) => {
    expect(checkSubscription(request)).toEqual([]);
  });

  it.each<[keyof SubscriptionRequest, Partial<SubscriptionRequest>, string]>([
    ['endPoint', { endPoint: '' }, 'is empty'],
    ['endPoint', { endPoint: '/api/events' }, 'no absolute address'],
    ['endPoint', { endPoint: 'http://app.example.no/api/events' }, 'not https'],
    ['endPoint', { endPoint: 'ftp://localhost/api/events' }, 'not https'],
    ['endPoint', { endPoint: 'https:/app.example.no/api/events' }, 'no absolute address'],
    ['endPoint', { endPoint: 'https:\\\\app.example.no\\api\\events' }, 'no absolute address'],
    ['endPoint', { endPoint: 'https://app.example.no/api/events#x' }, 'fragment'],
    ['endPoint', { endPoint: 'https://me:s3cret@app.example.no/' }, 'password'],
    ['resourceFilter', { resourceFilter: '' }, 'is empty'],
    ['resourceFilter', { resourceFilter: 'my-letters' }, 'no URN'],
    ['resourceFilter', { resourceFilter: 'urn:altinn:resource:my letters' }, 'no URN'],
    ['resourceFilter', { resourceFilter: 'urn:altinn:resource:blåbær' }, 'no URN'],
    ['resourceFilter', { resourceFilter: 'urn:altinn:resource:My-Letters' }, 'upper-case'],
    ['resourceFilter', { resourceFilter: 'urn:altinn:app:my-letters' }, 'does not start with'],
    ['resourceFilter', { resourceFilter: 'urn:altinn:resource:a/b' }, 'slash'],
    [
      'sourceFilter',
      { sourceFilter: 'https://platform.altinn.no/correspondence/api/v1/correspondence' },
      'not supported',
    ],
    ['sourceFilter', { sourceFilter: '' }, 'not supported'],
    ['alternativeSubjectFilter', { alternativeSubjectFilter: '/organisation/313154599' }, 'not supported'],
    ['subjectFilter', { subjectFilter: '' }, 'is empty'],
    ['subjectFilter', { subjectFilter: '/organisation/313154599' }, 'matches no event'],
    [
      'subjectFilter',
      { subjectFilter: 'urn:altinn:organization:identifier-no:31315459' },
      'matches no event',
    ],
    ['typeFilter', { typeFilter: '' }, 'is empty'],
    [
      'typeFilter',
      { typeFilter: type('Correspondencereceiverread') },
      `Did you mean ${type('correspondencereceiverread')}?`,
    ],
    ['typeFilter', { typeFilter: type('published') }, `Did you mean ${type('correspondencepublished')}?`],
    [
      'typeFilter',
      { typeFilter: 'correspondencereceiverread' },
      `Did you mean ${type('correspondencereceiverread')}?`,
    ],
    ['typeFilter', { typeFilter: type('correspondenceeaten') }, 'no type of Correspondence'],
    ['typeFilter', { typeFilter: type('toString') }, 'upper-case'],
    ['typeFilter', { typeFilter: type('attachmentpurged') }, 'sent by nothing'],
    ['typeFilter', { ...ofRecipient, typeFilter: type('correspondencereceiverread') }, 'sender alone'],
    ['includeSubunits', { includeSubunits: true }, 'needs a subjectFilter'],
  ])('refuses %s in %j', (property, wrong, problem) => {
    const problems = checkSubscription({ ...good, ...wrong });
    expect(problems).toEqual([{ property, problem: expect.stringContaining(problem) }]);
    expect(JSON.stringify(problems)).not.toContain('s3cret');
  });

  it('names everything at once', () => {
    const all = { endPoint: '', resourceFilter: '', sourceFilter: '', typeFilter: '', includeSubunits: true };
    expect(checkSubscription(all)).toHaveLength(5);
  });

  it('knows that Altinn cannot reach this machine, unless it is here too', () => {
    const local = { ...good, endPoint: 'http://localhost:7071/api/events' };
    expect(checkSubscription(local, 'https://platform.tt02.altinn.no')).toHaveLength(1);
    expect(checkSubscription(local, 'http://localhost:5101')).toEqual([]);
  });

  it('takes every type that is sent today', () => {
    const taken = Object.entries(catalogue).map(([name, { means }]) => [
      checkSubscription({ ...good, typeFilter: type(name) }).length === 0,
      !means.includes('not sent today'),
    ]);
    for (const [isTaken, isSent] of taken) expect(isTaken).toBe(isSent);
  });
});

const subscription: Subscription = {
  id: 1234,
  ...good,
  consumer: '/org/ttd',
  createdBy: '/org/ttd',
  created: '2026-08-20T10:00:00Z',
  validated: false,
  includeSubunits: false,
  somethingNew: 'kept',
} as Subscription;

describe('the API', () => {
  it('creates, lists, gets and deletes', async () => {
    const { platform, asked } = await platformOf(({ method, path }) => {
      if (method === 'DELETE') return { status: 200 };
      if (path.endsWith('/subscriptions') && method === 'GET')
        return { body: { count: 1, subscriptions: [subscription] } };
      return { status: method === 'POST' ? 201 : 200, body: subscription };
    });
    const api = makeSubscriptions(platform);
    expect(await api.create({ ...good, typeFilter: undefined })).toEqual(subscription);
    expect(await api.list()).toEqual([subscription]);
    expect(await api.get(1234)).toMatchObject({ id: 1234, somethingNew: 'kept' });
    await api.delete(1234);
    expect(asked().map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /events/api/v1/subscriptions',
      'GET /events/api/v1/subscriptions',
      'GET /events/api/v1/subscriptions/1234',
      'DELETE /events/api/v1/subscriptions/1234',
    ]);
    expect(JSON.parse(asked()[0]?.body ?? '')).toEqual(good);
  });

  it('says what of an answer was wrong, and no value of it', async () => {
    const { platform } = await platformOf(() => ({ body: { ...subscription, validated: 'hunter2' } }));
    await expect(makeSubscriptions(platform).get(1)).rejects.toThrow(/a subscription: validated$/);
  });
});

describe('equality', () => {
  it('is of the whole endpoint and of every filter', () => {
    expect(isEqual(good, subscription)).toBe(true);
    expect(isEqual({ ...good, endPoint: `${good.endPoint}2` }, subscription)).toBe(false);
    expect(isEqual({ ...good, typeFilter: 'x' }, subscription)).toBe(false);
    expect(isEqual(good, { ...subscription, typeFilter: '' })).toBe(false);
    expect(isEqual(good, { ...subscription, typeFilter: null })).toBe(true);
    expect(isEqual({ ...ofRecipient, includeSubunits: true }, subscription)).toBe(false);
  });

  it('is of the address as Altinn stores it, however it was spelt', () => {
    for (const endPoint of [
      'https://APP.example.no:443/api/events?code=s3cret',
      'https://app.example.no/x/../api/./events?code=s3cret',
      ' https://app.example.no/%61pi/event%73?code=%733cret ',
    ]) {
      expect(isEqual({ ...good, endPoint }, subscription)).toBe(true);
    }
    expect(isEqual({ ...good, endPoint: good.endPoint.replace('/api', '/API') }, subscription)).toBe(false);
  });

  it('holds between a subscription and the request it was made by', () => {
    for (const one of [subscription, { ...subscription, ...ofRecipient, includeSubunits: true }]) {
      expect(isEqual(requestOf(one), one)).toBe(true);
    }
  });
});
