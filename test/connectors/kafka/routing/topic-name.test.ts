import { describe, expect, it } from 'vitest';
import { isFixed, TopicNames, templateProblem } from '../../../../connectors/kafka/routing/topic-name.js';
import { testTable } from '../rows.js';

describe('topic names', () => {
  it('come from a template', () => {
    expect(new TopicNames().of(testTable('orders', 'shop'), 'cdc.{schema}.{table}')).toBe('cdc.shop.orders');
    expect(new TopicNames().of(testTable('orders', 'shop'), '{table}')).toBe('orders');
  });

  it('encode what Kafka does not allow', () => {
    expect(new TopicNames().of(testTable('größe $1', 'a/b'), '{schema}.{table}')).toBe(
      'a_u002fb.gr_u00f6_u00dfe_u0020_u00241',
    );
  });

  it('are never shared by tables that differ in what the template takes', () => {
    const names = new TopicNames();
    names.of(testTable('b.c', 'a'), '{schema}.{table}');
    expect(() => names.of(testTable('c', 'a.b'), '{schema}.{table}')).toThrow(
      'tables a.b.c and a.b.c would both be written to topic a.b.c',
    );
  });

  it('are shared on purpose: shards, or one topic for all', () => {
    const names = new TopicNames();
    expect(['s1', 's2'].map((schema) => names.of(testTable('orders', schema), '{table}'))).toEqual([
      'orders',
      'orders',
    ]);
    expect(['a', 'b'].map((table) => names.of(testTable(table), 'changes'))).toEqual(['changes', 'changes']);
    expect([isFixed('changes'), isFixed('x.{table}')]).toEqual([true, false]);
  });

  it('take what the regular expression of a route captured, and shards meet in one topic', () => {
    const names = new TopicNames();
    const shards = ['s1', 's2'].map((schema) => names.of(testTable('orders', schema), 'all.{1}.{table}', ['shop']));
    expect(shards).toEqual(['all.shop.orders', 'all.shop.orders']);
  });

  it('are not shared by different templates without a word', () => {
    const names = new TopicNames();
    names.of(testTable('orders', 's1'), 'shop.orders');
    expect(() => names.of(testTable('orders', 'shop'), '{schema}.{table}')).toThrow(
      'tables s1.orders and shop.orders would both be written to topic shop.orders',
    );
  });

  it('that are too long are refused by name', () => {
    expect(() => new TopicNames().of(testTable('t'.repeat(250)), '{table}')).toThrow(
      /table shop\.t+ gives no valid topic name/,
    );
  });

  it.each([
    ['{schema}.{tabel}', '{tabel} is not known'],
    ['a b', 'a topic name consists of'],
    ['', 'a topic name consists of'],
    ['{schema', 'a topic name consists of'],
  ])('the template %j is refused', (template, problem) => {
    expect(templateProblem(template)).toContain(problem);
  });
});
