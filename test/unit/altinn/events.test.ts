import { describe, expect, it } from 'vitest';
import { makeEvents } from '../../../shared/altinn/api/events.ts';
import { platformOf } from '../../support/altinn/platform.ts';

const resource = 'urn:altinn:resource:my-letters';
const event = (id: string) => ({
  specversion: '1.0',
  id,
  source: 'https://platform.altinn.no/correspondence/api/v1/correspondence',
  type: 'no.altinn.correspondence.correspondencereceiverread',
  resource,
  somethingnew: { kept: true },
});

describe('a pull', () => {
  it('asks for one page, encoded, and ignores next', async () => {
    const headers = { next: 'http://not-encoded/?subject=a b' };
    const { platform, asked } = await platformOf(() => ({ headers, body: [event('a'), event('b')] }));
    const page = await makeEvents(platform).pull({
      resource,
      after: 'an id&size=9',
      size: 2,
      subject: 'urn:altinn:organization:identifier-no:313154599',
      types: ['one', 'two'],
    });
    expect(page).toEqual({ events: [event('a'), event('b')], unreadable: [], lastId: 'b' });
    expect(Object.fromEntries(asked()[0]?.query ?? [])).toEqual({
      resource,
      after: 'an id&size=9',
      size: '2',
      subject: 'urn:altinn:organization:identifier-no:313154599',
      type: 'two',
    });
    expect(asked()[0]?.query.getAll('type')).toEqual(['one', 'two']);
  });

  it('reports what is no CloudEvent, and still knows the last id', async () => {
    const odd = { id: 'c', type: 'x' };
    const { platform } = await platformOf(() => ({ body: [event('a'), odd, null] }));
    const page = await makeEvents(platform).pull({ resource, after: '0' });
    expect(page.events).toHaveLength(1);
    expect(page.unreadable.map(({ value }) => value)).toEqual([odd, null]);
    expect(page.unreadable[0]?.problems).toContainEqual({ attribute: 'source', problem: 'is missing' });
    expect(page.lastId).toBe('c');
  });

  it('has no last id when the page is empty', async () => {
    const { platform } = await platformOf(() => ({ body: [] }));
    expect((await makeEvents(platform).pull({ resource, after: '0' })).lastId).toBeUndefined();
  });

  it('refuses what Altinn would not take', async () => {
    const { platform, asked } = await platformOf(() => ({ body: [] }));
    const { pull } = makeEvents(platform);
    await expect(pull({ resource: 'my-letters', after: '0' })).rejects.toThrow(RangeError);
    await expect(pull({ resource, after: '' })).rejects.toThrow(RangeError);
    await expect(pull({ resource, after: '0', size: 1_001 })).rejects.toThrow(RangeError);
    await expect(pull({ resource, after: '0', size: 0 })).rejects.toThrow(RangeError);
    expect(asked()).toEqual([]);
  });

  it('refuses an answer that is no list', async () => {
    const { platform } = await platformOf(() => ({ body: {} }));
    await expect(makeEvents(platform).pull({ resource, after: '0' })).rejects.toThrow('no list of events');
  });
});
