import { METERS, type Meter, type PriceTable } from './data-files.ts';
import type { Usage } from './day.ts';

/** One line of a month's bill: quantity ÷ per × price. */
export interface BillLine {
  readonly meter: Meter;
  readonly part: string;
  readonly name: string;
  readonly unit: string;
  /** Of a month, in `unit`. */
  readonly quantity: number;
  readonly price: number;
  readonly per: number;
  readonly dollars: number;
  /** What is left when the free tier of the month goes to this relay alone. */
  readonly dollarsAfterFreeTier: number;
}

export interface Bill {
  readonly lines: readonly BillLine[];
  readonly dollars: number;
  readonly dollarsAfterFreeTier: number;
}

/** A month's bill in dollars, by what is paid for, at list prices. */
export function billOf(usage: Usage, { prices }: PriceTable): Bill {
  const lines = METERS.map((meter): BillLine => {
    const { part, meter: name, unit, dollars: price, per, freePerMonth } = prices[meter];
    const quantity = usage[meter];
    const paid = Math.max(0, quantity - freePerMonth);
    const dollars = (quantity / per) * price;
    const dollarsAfterFreeTier = (paid / per) * price;
    return { meter, part, name, unit, quantity, price, per, dollars, dollarsAfterFreeTier };
  });
  return {
    lines,
    dollars: lines.reduce((sum, line) => sum + line.dollars, 0),
    dollarsAfterFreeTier: lines.reduce((sum, line) => sum + line.dollarsAfterFreeTier, 0),
  };
}

/** The dollars by part, in the order of the price table. */
export function byPart({ lines }: Bill): Map<string, number> {
  const parts = new Map<string, number>();
  for (const { part, dollars } of lines) parts.set(part, (parts.get(part) ?? 0) + dollars);
  return parts;
}
