import { describe, expect, test } from '@jest/globals';
import { format } from 'prettier';
import { withTables } from '../../../../bench/document.ts';
import {
  differenceText,
  dollarText,
  numberText,
  percentText,
} from '../../../../bench/number-text.ts';
import { reportOf } from '../../../../bench/cost/report.ts';
import { toMarkdown, toText, type Table } from '../../../../bench/table.ts';
import { sampleModel } from './sample-model.ts';

const table: Table = {
  title: 'A title',
  note: 'A note.',
  head: ['name', 'number', 'words'],
  rows: [
    ['one', '1', 'a'],
    ['thousand', '1,000', 'b c'],
  ],
  words: [2],
};

test('a table for the terminal', () => {
  expect(toText(table)).toBe(
    [
      'A title',
      'A note.',
      '',
      'name      number  words',
      '--------  ------  -----',
      'one            1  a',
      'thousand   1,000  b c',
    ].join('\n'),
  );
});

test('a table for a document', () => {
  expect(toMarkdown(table)).toBe(
    [
      '### A title',
      '',
      'A note.',
      '',
      '| name     | number | words |',
      '| -------- | -----: | ----- |',
      '| one      |      1 | a     |',
      '| thousand |  1,000 | b c   |',
    ].join('\n'),
  );
});

test('the report stands in the document as prettier would format it', async () => {
  const markdown = `${reportOf(sampleModel).map(toMarkdown).join('\n\n')}\n`;
  const formatted = await format(markdown, { parser: 'markdown', printWidth: 100 });
  expect(formatted).toBe(markdown);
});

describe('the document', () => {
  const begin = '<!-- npm run cost: begin -->';
  const end = '<!-- npm run cost: end -->';

  test('gets the tables between its markers, however often', () => {
    const once = withTables(`# Title\n\n${begin}\nold\n${end}\n\nEnd.\n`, [table], 'npm run cost');
    expect(once).toBe(`# Title\n\n${begin}\n\n${toMarkdown(table)}\n\n${end}\n\nEnd.\n`);
    expect(withTables(once, [table], 'npm run cost')).toBe(once);
  });

  test('must have them', () => {
    expect(() => withTables(`# Title\n${begin}\n`, [table], 'npm run cost')).toThrow(
      'The document lacks',
    );
  });
});

test('numbers are short', () => {
  expect([0, 0.0001, 0.0123, 4.567, 78.91, 1_234_567.8].map(numberText)).toEqual([
    '0',
    '< 0.001',
    '0.0123',
    '4.57',
    '78.9',
    '1,234,568',
  ]);
  expect([1.5, 12_345.6].map(dollarText)).toEqual(['$1.50', '$12,346']);
  expect([0.001, 2, -300].map(differenceText)).toEqual(['±$0', '+$2.00', '-$300']);
  expect([0.0001, 0.012, 3.4].map(percentText)).toEqual(['< 0.1 %', '1.2 %', '340 %']);
});
