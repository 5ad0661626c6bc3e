import { describe, expect, test } from 'vitest'
import { boundedErrorType, errorTypeOf, statusOf } from '../../src/telemetry/spans/error-type.js'

describe('error.type of what was thrown', () => {
  class RateLimitError extends Error {}
  const named = Object.assign(new Error('x'), { name: 'AbortError' })
  test.each<[string, unknown, string]>([
    ['code', { code: 'ECONNRESET', type: 'x' }, 'ECONNRESET'],
    ['type', { type: 'overloaded_error', status: 529 }, 'overloaded_error'],
    ['body', { error: { code: 'bad_input', type: 'invalid' } }, 'bad_input'],
    [
      'body within a body',
      { error: { type: 'error', error: { type: 'authentication_error' } } },
      'authentication_error',
    ],
    ['class', new RateLimitError('x'), 'RateLimitError'],
    ['name of a plain Error', named, 'AbortError'],
    ['name of a DOMException', new DOMException('x', 'TimeoutError'), 'TimeoutError'],
    ['status', { status: 500 }, '500'],
    ['status of an object without a class', Object.assign(Object.create(null) as object, { status: 500 }), '500'],
    ['a sentence is no code', { code: 'sentence with words', type: 'kind' }, 'kind'],
    ['a code of any length is none', Object.assign(Object.create(null) as object, { code: 'x'.repeat(65) }), '_OTHER'],
    ['codes of libraries', { code: 'UND_ERR_CONNECT_TIMEOUT' }, 'UND_ERR_CONNECT_TIMEOUT'],
    ['a code of a database', { code: 'P2002' }, 'P2002'],
    ['a code with six digits', { code: 'AADSTS700016' }, 'AADSTS700016'],
    ['a code with two numbers', { code: 'ERR_HTTP2_STREAM_409' }, 'ERR_HTTP2_STREAM_409'],
    ['a code with a dot', { code: 'Throttling.RateQuota' }, 'Throttling.RateQuota'],
    ['a class of AWS', { code: 'ModelNotReadyException' }, 'ModelNotReadyException'],
    ['the id of a request is no code', { code: 'req_011CSHoEeqs5C35K2UUqR7Fy', type: 'kind' }, 'kind'],
    ['a UUID is none', { code: 'f81d4fae-7dec-11d0-a765-00a0c91e6bf6', type: 'kind' }, 'kind'],
    ['a hash is none', { code: 'e3b0c44298fc1c149afbf4c8996fb924', type: 'kind' }, 'kind'],
    ['an order with a number is none', { code: 'order-4711-2024', status: 404 }, '404'],
    ['a time is none', { code: 'T2024-11-30', status: 404 }, '404'],
    ['a number with a letter before it is none', { code: 'user8675309', status: 404 }, '404'],
    ['a key is none', { code: 'sk-secret', type: 'kind' }, 'kind'],
    ['a run of letters is none', { code: 'abcdefghijklmnopqrstuvwxyzabcdef', status: 500 }, '500'],
    ['an address is none', { type: 'ada@example.com', status: 500 }, '500'],
    ['a path is none', { type: '/letters/of/ada', status: 500 }, '500'],
    ['several lines are none', { type: 'kind\nof', status: 500 }, '500'],
    ['an id in the body is none', { error: { code: 'req_011CSHoEeqs5C35K2UUqR7Fy', type: 'invalid' } }, 'invalid'],
    ['a name that the program sets', Object.assign(new Error('x'), { name: 'Order 4711 failed' }), '_OTHER'],
    ['a status of the application', { status: 4_711_000 }, '_OTHER'],
    ['undefined', undefined, '_OTHER'],
    ['a string', 'boom', '_OTHER'],
  ])('%s', (_name, error, type) => {
    expect(errorTypeOf(error)).toBe(type)
  })

  test('status', () => {
    const errors = [{ status: 429 }, { statusCode: 404 }, { status_code: 529 }, { $metadata: { httpStatusCode: 400 } }]
    expect(errors.map(statusOf)).toEqual([429, 404, 529, 400])
    for (const error of [
      { status: '429' },
      { status: 42 },
      { status: 1000 },
      { status: 404.5 },
      { status: NaN },
      null,
      'x',
    ])
      expect(statusOf(error)).toBeUndefined()
    expect(statusOf({ status: 'failed', statusCode: 503 })).toBe(503)
  })
})

test.each<[string, string]>([
  ['tool_error', 'tool_error'],
  ['TimeoutError', 'TimeoutError'],
  ['_OTHER', '_OTHER'],
  ['-32602', '-32602'],
  ['500', '500'],
  ['86753090', '_OTHER'],
  ['Ada wrote this', '_OTHER'],
  ['req_011CSHoEeqs5C35K2UUqR7Fy', '_OTHER'],
  ['', '_OTHER'],
])('an integration says %j: %s', (type, expected) => {
  expect(boundedErrorType(type)).toBe(expected)
})
