import { describe, expect, expectTypeOf, it } from 'vitest';
import { settingsHelp } from '../../../infra/cli/settings-help.ts';
import { ConfigurationError } from '../../../shared/runtime/configuration-error.ts';
import { allSettings, declared, type GroupName, type Values } from '../../../shared/settings/declared.ts';
import { Reading, readGroup } from '../../../shared/settings/reading.ts';

const groups = Object.keys(declared) as GroupName[];

describe.each(allSettings)(
  '$name',
  ({ name, type, default: value, description, example, secret, makeWith }) => {
    it('is declared so that it can be explained', () => {
      expect(description).toMatch(/^[A-Z].*\.$/s);
      expect(example).not.toBe('');
      expect(type.is).not.toBe('');
      expect(type.is.endsWith('.')).toBe(false);
    });

    it('takes its default, where it has one, and its example, where that is a value', () => {
      if (value !== undefined) type.parse(value);
      if (!secret && !makeWith) type.parse(example);
    });

    it('is named with what is wrong and an example, and is not shown where it is a secret', () => {
      const reading = new Reading({ [name]: 'hunter2 ?' }, groups);
      if (secret) expect(reading.problems.join('\n')).not.toContain('hunter2');
      for (const problem of reading.problems)
        expect(problem).toMatch(new RegExp(`^${name} .*[.?] \\w.*: \\S`));
    });
  },
);

describe('the declared settings', () => {
  it('have names of their own', () => {
    const names = allSettings.map(({ name }) => name.toLowerCase());
    expect(new Set(names).size).toBe(names.length);
  });

  it('have names that start as their group says', () => {
    for (const { prefix = '', settings } of Object.values<(typeof declared)[GroupName] & { prefix?: string }>(
      declared,
    ))
      for (const { name } of Object.values(settings)) expect(name.startsWith(prefix)).toBe(true);
  });

  it('are typed by their declaration', () => {
    expectTypeOf<Values<'followUp'>['followUp']['graceMs']>().toEqualTypeOf<number>();
    expectTypeOf<Values<'webhook'>['webhook']['url']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<Values<'callers'>['callers']['policy']>().toEqualTypeOf<'off' | 'report' | 'enforce'>();
    expectTypeOf<Values<'local'>>().not.toHaveProperty('followUp');
  });

  it('are read a group at a time, all that is wrong at once', () => {
    expect(readGroup({ PORT: ' 0 ', LOCAL_FUNCTION_KEY: '' }, 'local')).toEqual({
      port: 0,
      functionKey: 'local',
      lockSeconds: 30,
    });
    const read = () => readGroup({ PORT: '65536', LOCAL_QUEUE_LOCK: '0' }, 'local');
    expect(read).toThrow(ConfigurationError);
    expect(read).toThrow(
      'PORT is no whole number from 0 to 65535. Example: 7072\nLOCAL_QUEUE_LOCK is no whole number from 1 to 999. Example: 10',
    );
  });

  it('are told by the command line’s help: its own and no other', () => {
    const told = [...settingsHelp('command line').matchAll(/^ {2}(\w+)$/gm)].map(([, name]) => name);
    const own = allSettings.filter(({ usedBy }) => usedBy.includes('command line'));
    expect(told).toEqual(own.map(({ name }) => name));
    expect(told).toContain('RECEIVER_URL');
    expect(told).not.toContain('PORT');
  });
});
