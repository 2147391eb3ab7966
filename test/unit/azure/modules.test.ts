import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bicepFiles } from '../../support/bicep/all-files.ts';
import { circle, circleIn } from '../../support/bicep/dependencies.ts';
import { type BicepFile, parseBicep } from '../../support/bicep/file.ts';
import { faultsOfCall, unknownOutputs } from '../../support/bicep/modules.ts';
import { secretOutputs } from '../../support/bicep/secrets.ts';

const called = (path: string, module: string) => bicepFiles.get(join(dirname(path), module)) as BicepFile;

describe.each([...bicepFiles])('%s', (path, file) => {
  it('calls modules that are there with what they take', () => {
    expect(file.modules.filter((module) => !existsSync(join(dirname(path), module.path)))).toEqual([]);
    expect(file.modules.flatMap((module) => faultsOfCall(module, called(path, module.path)))).toEqual([]);
  });

  it('takes from modules what they give', () => {
    const outputsOf = (module: string) => called(path, module).outputs.map(({ name }) => name);
    expect(unknownOutputs(file, outputsOf)).toEqual([]);
  });

  it('has no circle', () => {
    expect(circleIn(file)).toBeUndefined();
  });

  it('gives away no secret', () => {
    expect(secretOutputs(file)).toEqual([]);
  });
});

it('no module calls itself', () => {
  const graph = [...bicepFiles].map(
    ([path, { modules }]) =>
      [path, new Set(modules.map((module) => join(dirname(path), module.path)))] as const,
  );
  expect(circle(new Map(graph))).toBeUndefined();
});

describe('the checks', () => {
  const callee = parseBicep(
    "param a string\n@allowed(['x'])\nparam b string\nparam c string = ''\noutput d string = a",
  );
  const call = (params: string) => parseBicep(`module m 'm.bicep' = {\n params: { ${params} }\n}`).modules;

  it.each([
    ["a: '', b: 'x'", []],
    ["a: '', b: other, c: ''", []],
    ["a: '', b: 'x', e: ''", ['m has no parameter e']],
    ["b: 'x'", ['m lacks a']],
    ["a: '', b: 'y'", ['m does not allow b to be y']],
  ])('tell what is wrong with a call with %s', (params, faults) => {
    expect(call(params).flatMap((module) => faultsOfCall(module, callee))).toEqual(faults);
  });

  it('tell of an output that a module does not have', () => {
    const file = parseBicep(
      "module m 'm.bicep' = {\n}\noutput a string = m.outputs.d\noutput b string = m!.outputs.e",
    );
    expect(unknownOutputs(file, () => ['d'])).toEqual(['m.bicep has no output e']);
  });

  it('tell of a circle', () => {
    const file = parseBicep("var a = { b: b }\nvar b = [c.id]\nmodule c 'c.bicep' = {\n params: { a: a }\n}");
    expect(circleIn(file)).toEqual(['a', 'b', 'c', 'a']);
  });

  it.each([
    'account.listKeys().keys[0].value',
    "listKeys(account.id, '2025-01-01').keys",
    '[hidden]',
    'password',
    'insights.properties.ConnectionString',
  ])('tell of an output that holds a secret: %s', (value) => {
    const file = parseBicep(
      `@secure()\nparam password string\nvar hidden = account.listKeys()\noutput a string = ${value}`,
    );
    expect(secretOutputs(file)).toEqual(['a']);
  });
});
