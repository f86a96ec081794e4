import { describe, expect, it } from 'vitest';
import { isFixed, TopicNames, templateProblem } from '../../../connectors/kafka/topic-name.js';
import { testTable } from './rows.js';

describe('topic names', () => {
  it('come from a template', () => {
    expect(new TopicNames('cdc.{schema}.{table}').of(testTable('orders', 'shop'))).toBe('cdc.shop.orders');
    expect(new TopicNames('{table}').of(testTable('orders', 'shop'))).toBe('orders');
  });

  it('encode what Kafka does not allow', () => {
    expect(new TopicNames('{schema}.{table}').of(testTable('größe $1', 'a/b'))).toBe(
      'a_u002fb.gr_u00f6_u00dfe_u0020_u00241',
    );
  });

  it('are never shared by tables that differ in what the template takes', () => {
    const names = new TopicNames('{schema}.{table}');
    names.of(testTable('b.c', 'a'));
    expect(() => names.of(testTable('c', 'a.b'))).toThrow(
      'tables a.b.c and a.b.c would both be written to topic a.b.c',
    );
  });

  it('are shared on purpose: shards, or one topic for all', () => {
    const shards = new TopicNames('{table}');
    expect(['s1', 's2'].map((schema) => shards.of(testTable('orders', schema)))).toEqual(['orders', 'orders']);
    const one = new TopicNames('changes');
    expect(['a', 'b'].map((table) => one.of(testTable(table)))).toEqual(['changes', 'changes']);
    expect([isFixed('changes'), isFixed('x.{table}')]).toEqual([true, false]);
  });

  it('that are too long are refused by name', () => {
    expect(() => new TopicNames('{table}').of(testTable('t'.repeat(250)))).toThrow(
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
