import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Record<string, unknown>;
}

interface Job {
  readonly permissions?: Record<string, string> | string;
  readonly 'timeout-minutes'?: number;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: Record<string, { paths?: string[] } | null>;
  readonly permissions?: Record<string, string> | string;
  readonly jobs: Record<string, Job>;
}

const folder = '.github/workflows';
const workflows = readdirSync(folder).map((file) => {
  const text = readFileSync(`${folder}/${file}`, 'utf8');
  return { file, text, workflow: parse(text) as Workflow };
});
const jobs = workflows.flatMap(({ file, workflow }) =>
  Object.entries(workflow.jobs).map(([name, job]) => ({
    name: `${file} ${name}`,
    job,
    permissions: job.permissions ?? workflow.permissions,
  })),
);
const steps = jobs.flatMap(({ name, job }) => job.steps.map((step) => ({ name, step })));
const scripts = steps.flatMap(({ name, step }) => (step.run ? [{ name, run: step.run }] : []));
const { scripts: known, config } = JSON.parse(readFileSync('package.json', 'utf8'));
const azureYaml = parse(readFileSync('azure.yaml', 'utf8'));

/** The jobs that may write, and what. None of them runs the tests. */
const writers: Record<string, readonly string[]> = {
  'codeql.yml analyze': ['security-events'],
  'deploy.yml deploy': ['id-token'],
  'infra.yml what-if': ['id-token'],
  'release.yml publish': ['contents', 'id-token', 'attestations'],
};

describe('a workflow', () => {
  it.each(workflows.map(({ file, text }) => [file, text]))('pins every action of %s by commit', (_, text) => {
    const uses = text.match(/uses:.*/g) ?? [];
    expect(uses.length).toBeGreaterThan(0);
    expect(
      uses.filter((use) => !/^uses: [\w-]+(\/[\w-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(use)),
    ).toEqual([]);
  });

  it('has the same version of an action as all others', () => {
    const pins = new Set(workflows.flatMap(({ text }) => text.match(/(?<=uses: ).*/g) ?? []));
    const versions = [...pins].map((pin) => pin.replace(/^([\w-]+\/[\w-]+)[^@]*/, '$1'));
    const actions = new Set(versions.map((pin) => pin.split('@')[0]));
    expect(new Set(versions).size).toBe(actions.size);
  });

  it.each(workflows.map(({ file, text, workflow }) => [file, text, workflow] as const))(
    'never lets others run with rights of ours: %s',
    (_, text, workflow) => {
      expect(Object.keys(workflow.on)).not.toContain('pull_request_target');
      expect(Object.keys(workflow.on)).not.toContain('workflow_run');
      expect(text).not.toMatch(/\bsecrets\b/);
    },
  );
});

describe('a job', () => {
  it.each(jobs.map(({ name, job }) => [name, job] as const))('ends in time: %s', (_, job) => {
    expect(job['timeout-minutes']).toBeLessThanOrEqual(60);
  });

  it.each(jobs.map(({ name, permissions }) => [name, permissions] as const))(
    'may do what is said and no more: %s',
    (name, permissions) => {
      expect(permissions).toBeTypeOf('object');
      const granted = Object.entries(permissions as Record<string, string>);
      expect(granted.filter(([, access]) => access !== 'read').map(([scope]) => scope)).toEqual(
        writers[name] ?? [],
      );
    },
  );

  it('that may write is there', () => {
    expect(jobs.map(({ name }) => name)).toEqual(expect.arrayContaining(Object.keys(writers)));
  });
});

describe('a step', () => {
  it('has no expression in its script: what others write is never run', () => {
    expect(scripts.length).toBeGreaterThan(10);
    expect(scripts.filter(({ run }) => run.includes('${{'))).toEqual([]);
  });

  it('that checks out keeps no token in the clone', () => {
    const checkouts = steps.filter(({ step }) => step.uses?.startsWith('actions/checkout@'));
    expect(checkouts.length).toBeGreaterThan(4);
    expect(checkouts.filter(({ step }) => step.with?.['persist-credentials'] !== false)).toEqual([]);
  });

  it('names no script that package.json lacks', () => {
    const named = scripts.flatMap(({ run }) => [...run.matchAll(/npm run (?:--silent )?([\w:]+)/g)]);
    expect(named.length).toBeGreaterThan(3);
    expect(named.map(([, script]) => script as string).filter((script) => !known[script])).toEqual([]);
  });

  it('names no file that is not there', () => {
    const inScripts = scripts.flatMap(({ run }) => run.match(/(?<![\w/.$])(?:\.ci|infra)\/[\w./-]+/g) ?? []);
    const watched = workflows.flatMap(({ workflow }) =>
      Object.values(workflow.on).flatMap((event) => event?.paths ?? []),
    );
    const files = [...inScripts, ...watched.map((path) => path.replace(/\/\*\*$/, ''))];
    expect(files.length).toBeGreaterThan(8);
    expect(files.filter((file) => !existsSync(file))).toEqual([]);
  });
});

describe('what is deployed from GitHub', () => {
  const deploy = scripts.filter(({ name }) => name === 'deploy.yml deploy').map(({ run }) => run);

  it('is the service of azure.yaml, by an azd that knows its hooks', () => {
    const service = deploy.join('\n').match(/azd deploy (\S+)/)?.[1];
    expect(Object.keys(azureYaml.services)).toEqual([service]);
    const setup = steps.find(({ step }) => step.uses?.startsWith('Azure/setup-azd@'))?.step;
    const oldest = azureYaml.requiredVersions.azd.replace('>= ', '');
    const order = new Intl.Collator('en', { numeric: true });
    expect(order.compare(String(setup?.with?.version), oldest)).toBeGreaterThanOrEqual(0);
  });

  it('is the zip of the job that ran every check, on a version of Node.js that it is deployed on', () => {
    for (const file of ['deploy.yml', 'release.yml']) {
      const before = steps.filter(({ name }) => name === `${file} package`).map(({ step }) => step);
      const runs = before.flatMap(({ run }) => run ?? []);
      expect(runs.indexOf('npm run package')).toBeGreaterThan(runs.indexOf('bash .ci/run'));
      expect(runs).toContain('bash .ci/run');
      const [node] = before.flatMap((step) => step.with?.['node-version'] ?? []);
      expect(config.deploymentNode.split(' || ')).toContain(String(node));
    }
    expect(deploy.at(-1)).toContain('--from-package dist-zip/');
  });
});
