import type { ApiKnobs, ApiName, Knobs, SomeApiKnobs } from './knobs.ts';

export interface Trouble {
  readonly apis: readonly ApiName[];
  readonly knobs: SomeApiKnobs;
}

interface Begun extends Trouble {
  /** Simulated milliseconds. */
  readonly until: number;
}

/** What is wrong with Altinn's APIs for a time: turned knobs that turn back by themselves, on the simulated clock. */
export class Troubles {
  readonly #now: () => number;
  readonly #knobs: Knobs;
  #begun: readonly Begun[] = [];

  constructor(now: () => number, knobs: Knobs) {
    this.#now = now;
    this.#knobs = knobs;
  }

  /** Begins a trouble, on top of the knobs and of what began before. */
  begin(trouble: Trouble, milliseconds: number): void {
    this.#begun = [...this.#current(), { ...trouble, until: this.#now() + milliseconds }];
  }

  end(): void {
    this.#begun = [];
  }

  /** The knobs of an API as they are now. */
  of(api: ApiName): ApiKnobs {
    const own = this.#current().filter(({ apis }) => apis.includes(api));
    return Object.assign({ ...this.#knobs.apis[api] }, ...own.map(({ knobs }) => knobs));
  }

  #current(): readonly Begun[] {
    return this.#begun.filter(({ until }) => this.#now() < until);
  }
}
