/** A list price: `amount` for `per` of a unit. */
export interface Price {
  /** As Azure's price list calls it. */
  readonly name: string;
  readonly amount: number;
  readonly per: number;
  readonly unit: string;
  /** Units a month that cost nothing. */
  readonly free?: number;
  readonly region: string;
  /** When the source was last changed; when it was read, where it does not say. */
  readonly date: string;
  readonly source: string;
}

export type PriceName =
  | 'executionTime'
  | 'executions'
  | 'alwaysReadyTime'
  | 'queueOperations'
  | 'tableOperations'
  | 'tableDataZrs'
  | 'tableDataLrs'
  | 'blobWrites'
  | 'logs'
  | 'logAlert15'
  | 'logAlert5'
  | 'metricAlert'
  | 'privateEndpoint'
  | 'privateZone';

export type Prices = Readonly<Record<PriceName, Price>>;

/** What something uses in a month, in units of the prices. */
export type Usage = Partial<Record<PriceName, number>>;
