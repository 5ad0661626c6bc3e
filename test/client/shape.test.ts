import { describe, expect, test } from 'vitest'
import {
  aFunction,
  anything,
  boolean,
  count,
  either,
  faultOf,
  list,
  notNegative,
  object,
  oneOf,
  positive,
  positiveCount,
  record,
  string,
  text,
  type Shape,
} from '../../src/router/shape.js'

const point = object<Record<'x' | 'y', number>>({ x: positive, y: positive }, { needed: ['x'] })
const open = object<Record<'x', number>>({ x: positive }, { open: true })

describe('a value without a fault', () => {
  test.each<[string, Shape, unknown]>([
    ['string', string, ''],
    ['text', text, 'a'],
    ['boolean', boolean, false],
    ['anything', anything, undefined],
    ['function', aFunction, () => 1],
    ['positive', positive, 0.5],
    ['not negative', notNegative, 0],
    ['count', count, 0],
    ['positive count', positiveCount, 1],
    ['one of', oneOf('a', false), false],
    ['either', either(text, list(text)), ['a']],
    ['empty list', list(text), []],
    ['record', record(count), { a: 1, b: 0 }],
    ['record without a prototype', record(count), Object.assign(Object.create(null), { a: 1 })],
    ['object', point, { x: 1 }],
    ['object with an undefined field', point, { x: 1, y: undefined }],
    ['open object', open, { z: 1 }],
  ])('%s', (_name, shape, value) => {
    expect(faultOf(shape, value)).toBeUndefined()
  })
})

describe('a fault', () => {
  test.each<[Shape, unknown, (string | number)[], string]>([
    [string, 1, [], 'a string'],
    [text, '', [], 'a string that is not empty'],
    [positive, NaN, [], 'a number'],
    [positive, Infinity, [], 'a number'],
    [positive, 0, [], 'a number greater than 0'],
    [notNegative, -1, [], 'a number of at least 0'],
    [count, 1.5, [], 'a whole number'],
    [count, -1, [], 'a number of at least 0'],
    [count, '1', [], 'a whole number'],
    [positiveCount, 0, [], 'a number greater than 0'],
    [oneOf('a', 'b'), 'c', [], 'one of a, b'],
    [oneOf(false), true, [], 'false'],
    [aFunction, {}, [], 'a function'],
    [either(text, list(text)), 7, [], 'a string or an array'],
    [either(text, list(text)), ['a', ''], [1], 'a string that is not empty'],
    [either(text, point), { x: 0 }, ['x'], 'a number greater than 0'],
    [list(text, 2), ['a'], [], 'an array of at least 2'],
    // oxlint-disable-next-line no-sparse-arrays
    [list(text), ['a', , 'b'], [1], 'a string'],
    [list(text), { 0: 'a', length: 1 }, [], 'an array'],
    [record(text), { a: { b: 1 } }, ['a'], 'a string'],
    [record(text), { a: undefined }, ['a'], 'a string'],
    [record(text), ['a'], [], 'an object'],
    [record(text), new Map([['a', 'b']]), [], 'an object'],
    [record(text), new Headers({ a: 'b' }), [], 'an object'],
    [record(record(text)), { a: { 'b.c': 7 } }, ['a', 'b.c'], 'a string'],
    [point, null, [], 'an object'],
    [point, {}, ['x'], 'a number'],
    [point, { x: 1, y: 'a' }, ['y'], 'a number'],
  ])('of %o is found in %o', (shape, value, path, expected) => {
    expect(faultOf(shape, value)).toMatchObject({ path, expected })
  })

  test('of a key that does not belong there comes with those that do', () => {
    const value: unknown = JSON.parse('{ "x": 1, "__proto__": 2 }')
    expect(faultOf(point, value)).toMatchObject({ path: ['__proto__'], known: ['x', 'y'] })
    expect(faultOf(point, { x: 1, toString: 2 })).toMatchObject({ path: ['toString'] })
  })
})
