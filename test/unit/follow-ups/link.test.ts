import { describe, expect, it } from 'vitest';
import { bodyOf } from '../../../shared/follow-ups/channels/body.ts';
import { testStep } from '../../../shared/follow-ups/channels/test-step.ts';
import { fillLink } from '../../../shared/follow-ups/link.ts';

const template = 'https://cases.example.no/search?q={sendersReference}';

describe('a link', () => {
  it.each([
    ['a b&c=d#e', 'a%20b%26c%3Dd%23e'],
    ['half a character: \ud83d', 'half%20a%20character%3A%20%EF%BF%BD'],
    ['a whole one: 😀', 'a%20whole%20one%3A%20%F0%9F%98%80'],
    [undefined, ''],
  ])('takes up whatever the sender wrote: %j', (sendersReference, encoded) => {
    expect(fillLink(template, { sendersReference })).toBe(`https://cases.example.no/search?q=${encoded}`);
  });

  it.each(['01019012345', '010190 12345', '010190-12345', 'case 010190\u00a012345'])(
    'that names a person is in no message to a machine, unless asked for: %j',
    (sendersReference) => {
      const step = testStep(fillLink(template, { sendersReference }), 0);
      const linkIn = (includePersons: boolean) => JSON.parse(bodyOf(step, { includePersons })).data.link;
      expect(linkIn(false)).toBeUndefined();
      expect(linkIn(true)).toBe(step.data.link);
    },
  );

  it('that names nobody is in it', () => {
    const step = testStep(fillLink(template, { sendersReference: '2026/17' }), 0);
    expect(JSON.parse(bodyOf(step, { includePersons: false })).data.link).toBe(step.data.link);
  });
});
