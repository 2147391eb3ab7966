import { describe, expect, it } from 'vitest';
import {
  attribute,
  type CloudEvent,
  isValidationEvent,
  parseCloudEvent,
} from '../../../shared/events/cloud-event.ts';
import { eventOf, letters, seeds, validations } from '../../support/fixture.ts';

describe('parseCloudEvent', () => {
  it.each([...seeds, ...validations, ...letters])('takes %s and keeps it as it is', (name) => {
    const event = eventOf(name);
    const parsed = parseCloudEvent(event);
    expect(parsed.ok && parsed.event).toBe(event);
  });
});

describe('attribute', () => {
  it('gives the text of an attribute', () => {
    expect(attribute(eventOf('subject-person'), 'subject')).toBe(
      'urn:altinn:person:identifier-no:13845678914',
    );
    expect(attribute(eventOf('subject-old-party'), 'alternativesubject')).toBe('/organisation/123456789');
  });

  it('understands any casing of its name', () => {
    const odd = eventOf('odd-casing');
    expect(attribute(odd, 'resourceinstance')).toBe('5B3C1E0A-8F1D-4C52-9F0E-2A7B6D1C4E90');
    expect(attribute(odd, 'time')).toBe('2026-08-19T06:00:03Z');
    expect(attribute(odd, 'subject')).toBe('urn:altinn:person:identifier-no:13845678914');
    expect(attribute(odd, 'alternativesubject')).toBe('/person/13845678914');
  });

  it('prefers the name as Altinn writes it', () => {
    const both = { ...eventOf('subject-person'), Subject: 'other' } as CloudEvent;
    expect(attribute(both, 'subject')).toBe('urn:altinn:person:identifier-no:13845678914');
  });

  it.each([undefined, null, '', 7, true, ['a'], { a: 1 }])('is absent where it is %j', (value) => {
    expect(attribute({ ...eventOf('subject-absent'), subject: value }, 'subject')).toBeUndefined();
  });

  it('finds nothing in the prototype', () => {
    const event = eventOf('subject-absent');
    for (const name of ['constructor', 'toString', '__proto__'])
      expect(attribute(event, name)).toBeUndefined();
  });
});

describe('isValidationEvent', () => {
  it.each(validations)('is %s, in any casing', (name) => {
    const event = eventOf(name);
    expect(isValidationEvent(event)).toBe(true);
    expect(isValidationEvent({ ...event, type: 'Platform.Events.ValidateSubscription' })).toBe(true);
  });

  it.each([...seeds, ...letters])('is not %s', (name) => {
    expect(isValidationEvent(eventOf(name))).toBe(false);
  });
});
