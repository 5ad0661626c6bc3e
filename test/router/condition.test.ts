/** Conditions on metadata: what holds, and what is refused when the client is made. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ConfigError } from '../../src/kernel/errors.js'
import { compileCondition } from '../../src/router/condition.js'
import type { Condition } from '../../src/router/strategy.js'

const holds = (condition: unknown, metadata: Readonly<Record<string, unknown>>): boolean =>
  compileCondition(condition as Condition, 'when')(metadata)

test.each<readonly [unknown, readonly Record<string, unknown>[], readonly Record<string, unknown>[]]>([
  [{}, [{}, { a: 1 }], []],
  [{ a: 1 }, [{ a: 1 }, { a: [2, 1] }], [{}, { a: '1' }, { a: [2] }]],
  [{ a: null }, [{ a: null }], [{}, { a: 0 }]],
  [{ a: ['x', 'y'] }, [{ a: 'y' }, { a: ['z', 'x'] }], [{ a: 'z' }, {}]],
  [{ a: 1, b: 2 }, [{ a: 1, b: 2 }], [{ a: 1 }, { b: 2 }]],
  [{ a: { $eq: 'x' } }, [{ a: 'x' }], [{ a: 'y' }, {}]],
  [{ a: { $ne: 'x' } }, [{ a: 'y' }, {}], [{ a: 'x' }, { a: ['x', 'y'] }]],
  [{ a: { $in: [1, 2] } }, [{ a: 2 }], [{ a: 3 }]],
  [{ a: { $nin: [1, 2] } }, [{ a: 3 }, {}], [{ a: 2 }]],
  [{ a: { $gt: 5 } }, [{ a: 6 }], [{ a: 5 }, { a: '6' }, {}]],
  [{ a: { $gte: 5, $lt: 7 } }, [{ a: 5 }, { a: 6 }], [{ a: 4 }, { a: 7 }]],
  [{ a: { $lte: 5 } }, [{ a: 5 }], [{ a: 6 }, { a: null }]],
  [{ a: { $regex: '^x' } }, [{ a: 'xy' }], [{ a: 'y' }, { a: 5 }, { a: ['x'] }]],
  [{ $and: [{ a: 1 }, { b: 2 }] }, [{ a: 1, b: 2 }], [{ a: 1 }, { b: 2 }]],
  [{ $or: [{ a: 1 }, { b: { $gt: 2 } }] }, [{ a: 1 }, { b: 3 }], [{ a: 2, b: 2 }, {}]],
  [{ $not: { a: 1, b: 2 } }, [{ a: 1 }, {}], [{ a: 1, b: 2 }]],
  [{ c: 3, $or: [{ a: 1 }, { $not: { b: 2 } }] }, [{ a: 1, b: 2, c: 3 }, { c: 3 }], [{ b: 2, c: 3 }, { a: 1 }]],
  [{ $and: [{ $or: [{ a: 1 }, { a: 2 }] }, { $or: [{ b: 1 }, { b: 2 }] }] }, [{ a: 2, b: 1 }], [{ a: 2, b: 3 }]],
])('%j', (condition, yes, no) => {
  for (const metadata of yes) expect([metadata, holds(condition, metadata)]).toEqual([metadata, true])
  for (const metadata of no) expect([metadata, holds(condition, metadata)]).toEqual([metadata, false])
})

test.each<readonly [unknown, string, readonly string[]]>([
  [{ a: undefined }, 'when.a', ['a list of them', 'got undefined']],
  [{ a: () => true }, 'when.a', ['got function']],
  [{ a: {} }, 'when.a', ['operators such as', 'an empty object']],
  [{ a: [{ x: 1 }] }, 'when.a', ['got array']],
  [{ a: Number.NaN }, 'when.a', ['got number']],
  [{ a: { $eq: ['x'] } }, 'when.a.$eq', ['a string, number, boolean or null', 'got array']],
  [{ a: { $ne: { x: 1 } } }, 'when.a.$ne', ['got object']],
  [{ a: { $in: 'x' } }, 'when.a.$in', ['an array of strings', 'got string']],
  [{ a: { $in: [['x']] } }, 'when.a.$in', ['an array of strings']],
  [{ a: { $nin: [{}] } }, 'when.a.$nin', ['an array of strings']],
  [{ a: { $gt: '5' } }, 'when.a.$gt', ['a number', 'got string']],
  [{ a: { $lte: Infinity } }, 'when.a.$lte', ['a number']],
  [{ a: { $regex: /x/ } }, 'when.a.$regex', ['as a string', 'got object']],
  [{ a: { $regex: '(' } }, 'when.a.$regex', ['is not a regular expression']],
  [{ a: { $gtt: 5 } }, 'when.a.$gtt', ['no such operator', 'did you mean `$gt`']],
  [{ a: { $or: [1, 2] } }, 'when.a.$or', ['no such operator']],
  [{ $nor: [{ a: 1 }] }, 'when.$nor', ['no such operator', '`$or`']],
  [{ $xyzzy: 1 }, 'when.$xyzzy', ['use one of $and, $or, $not']],
  [{ $and: { a: 1 } }, 'when.$and', ['an array of conditions', 'got object']],
  [{ $or: [] }, 'when.$or', ['an empty array']],
  [{ $or: [{ a: 1 }, 'b'] }, 'when.$or[1]', ['a condition', 'got string']],
  [{ $and: [{ $or: [{ a: { $gt: 'x' } }] }] }, 'when.$and[0].$or[0].a.$gt', ['a number']],
  [{ $not: [{ a: 1 }] }, 'when.$not', ['a condition', 'got array']],
  [{ $not: { a: { $lt: null } } }, 'when.$not.a.$lt', ['a number', 'got null']],
])('refused: %j', (condition, path, words) => {
  let failure: unknown
  try {
    compileCondition(condition as Condition, 'when')
  } catch (error) {
    failure = error
  }
  expect(failure).toBeInstanceOf(ConfigError)
  expect((failure as ConfigError).path).toBe(path)
  for (const word of words) expect((failure as ConfigError).message).toContain(word)
})

test('the combinations are those of logic', () => {
  const metadata = fc.record({ a: fc.nat(2), b: fc.nat(2) })
  const condition = fc.letrec<{ any: Condition }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 4 },
      fc.record({ a: fc.nat(2) }),
      fc.record({ b: fc.record({ $gte: fc.nat(2) }) }),
      fc.record({ $and: fc.array(tie('any'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ $or: fc.array(tie('any'), { minLength: 1, maxLength: 3 }) }),
      fc.record({ $not: tie('any') }),
    ),
  })).any
  const both = fc.tuple(condition, condition, metadata)
  fc.assert(
    fc.property(both, ([one, other, data]) => {
      const [x, y] = [holds(one, data), holds(other, data)]
      expect(holds({ $and: [one, other] }, data)).toBe(x && y)
      expect(holds({ $or: [one, other] }, data)).toBe(x || y)
      expect(holds({ $not: one }, data)).toBe(!x)
      expect(holds({ $not: { $or: [one, other] } }, data)).toBe(holds({ $and: [{ $not: one }, { $not: other }] }, data))
    }),
  )
})
