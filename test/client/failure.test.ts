/** From what went wrong on the wire to the error that says it: each part of it, without a wire. */
import { describe, expect, test } from 'vitest'
import {
  committedFailure,
  connectionFailure,
  describeBody,
  encodingFor,
  httpFailure,
  locate,
  nameTargets,
  requestIdOf,
  withProviderMeaning,
  unreadable,
  type HttpFailure,
} from '../../src/client/transport/failure.js'
import {
  ConfigError,
  ConnectionError,
  StreamError,
  TimeoutError,
  UnsupportedParameterError,
} from '../../src/kernel/errors.js'
import { ProviderError } from '../../src/kernel/provider-error.js'
import type { EncodeContext } from '../../src/kernel/protocol.js'

const fields = { provider: 'p', model: 'm' }

describe('a body that cannot be shown', () => {
  test.each([
    ['text/plain', ' busy ', 'busy'],
    ['text/plain; charset=utf-8', 'busy', 'busy'],
    ['text/plain', 'x'.repeat(200), 'x'.repeat(200)],
    ['text/plain', 'x'.repeat(201), 'text/plain, 201 characters'],
    ['text/plain', '   ', 'text/plain, 3 characters'],
    ['text/plain ;charset=utf-8', 'busy', 'busy'],
    ['x-text/plain', 'busy', 'an odd content type, 4 characters'],
    ['text/plainly', 'busy', 'text/plainly, 4 characters'],
    ['text/html!k-123', 'busy', 'an odd content type, 4 characters'],
    ['TEXT/HTML', '<title> Bad gateway </title>', 'text/html, 28 characters, titled "Bad gateway"'],
    ['text/html', `<title>${'x'.repeat(90)}</title>`, `text/html, 105 characters, titled "${'x'.repeat(80)}"`],
    [null, 'busy', 'no content type, 4 characters'],
    ['a key: k-123', 'busy', 'an odd content type, 4 characters'],
  ])('of type %j: %j is %j', (type, text, described) => {
    expect(describeBody(type, text)).toBe(described)
  })
})

describe('a connection that failed', () => {
  const coded = (code: unknown, cause?: unknown): Error => Object.assign(new Error('x', { cause }), { code })
  test.each([
    ['its own code', coded('ECONNRESET'), ' (ECONNRESET)', 'ECONNRESET'],
    ['the innermost one', coded('A', coded('B', new Error('x'))), ' (B)', 'B'],
    ['one that is text', coded(7, coded('B')), ' (B)', 'B'],
    ['none', new Error('x'), '', undefined],
    ['none of what is no error', 'x', '', undefined],
    [
      'none that is deeper than five',
      [1, 2, 3, 4, 5].reduce((cause) => coded(undefined, cause), coded('B')),
      '',
      undefined,
    ],
  ])('tells %s', (_what, cause, shown, code) => {
    const error = connectionFailure(cause, 'host', fields)
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toMatchObject({ message: `no answer from host${shown}`, code, ...fields })
  })

  test('is a timeout if the runtime gave up the connection', () => {
    const error = connectionFailure(coded(undefined, coded('UND_ERR_CONNECT_TIMEOUT')), 'host', fields)
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toMatchObject({ limit: 'connect', ...fields })
  })
})

describe('a refusal', () => {
  const date = Date.parse('2026-11-23T10:00:00Z')
  const provider: HttpFailure['provider'] = {
    idHeaders: ['x-own-id'],
    gatewayIdHeaders: ['x-gateway-id'],
    errorTypeHeader: 'x-type',
    errorCodes: { '1302': 'rate-limit' },
  }
  const failed = (
    status: number,
    headers: Record<string, string> = {},
    decoded: Partial<HttpFailure['decoded']> = {},
  ) =>
    httpFailure({
      response: new Response(null, { status, headers }),
      provider,
      decoded: { message: 'said', ...decoded },
      date,
      fields,
    })
  const spent = {
    'x-ratelimit-limit-requests': '10',
    'x-ratelimit-remaining-requests': '0',
    'x-ratelimit-reset-requests': '7s',
  }

  test.each([
    ['the header', 429, { 'retry-after': '3', ...spent }, { retryAfterMs: 5, retryAt: date + 9 }, 3000],
    ['the body', 429, spent, { retryAfterMs: 5, retryAt: date + 9 }, 5],
    ['the time in it', 429, spent, { retryAt: date + 9 }, 9],
    ['a time that has passed', 429, {}, { retryAt: date - 9 }, 0],
    ['the rate that is used up', 429, spent, {}, 7000],
    ['no rate where that is not why', 500, spent, {}, undefined],
    ['nothing', 429, {}, {}, undefined],
  ])('waits as %s says', (_what, status, headers, decoded, retryAfterMs) => {
    expect(failed(status, headers, decoded).retryAfterMs).toBe(retryAfterMs)
  })

  test('names its status, id, code, type and the provider behind a gateway', () => {
    const error = failed(500, { 'x-request-id': 'r', 'x-type': 'Odd:http://x' }, { code: 'c', upstream: 'u' })
    expect(error).toMatchObject({
      message: '500 said',
      status: 500,
      requestId: 'r',
      code: 'c',
      type: 'Odd',
      upstream: 'u',
      isRetryable: true,
      ...fields,
    })
    expect(error.rateLimit).toBeUndefined()
    expect(failed(429, spent).rateLimit).toMatchObject({ requests: { limit: 10, remaining: 0 } })
    // The body's word goes first.
    expect(failed(500, { 'x-type': 'Odd' }, { type: 'own' }).type).toBe('own')
    expect(failed(500, { 'x-type': ':' }).type).toBeUndefined()
  })

  test('is classed by the type in a header, and by the number that the provider gives', () => {
    expect(failed(400, { 'x-type': 'ThrottlingException' }).failureClass).toBe('rate-limit')
    expect(failed(400, {}, { code: '1302' })).toMatchObject({ failureClass: 'rate-limit', isRetryable: true })
    expect(failed(400, {}, { code: 'toString' })).toMatchObject({ failureClass: 'bad-request', isRetryable: false })
  })

  test.each([300, 307, 399])('of %i is a redirect, which is not followed and not tried again', (status) => {
    const error = failed(status)
    expect(error.message).toMatch(new RegExp(`^${status} redirects are not followed`))
    expect(error.isRetryable).toBe(false)
  })

  test('of 400 is none', () => {
    expect(failed(400).message).toBe('400 said')
  })

  test.each([
    [{ 'x-own-id': 'a', 'x-request-id': 'b', 'x-gateway-id': 'c' }, 'a'],
    [{ 'x-own-id': '', 'x-request-id': 'b', 'x-gateway-id': 'c' }, 'b'],
    [{ 'request-id': 'b', 'x-gateway-id': 'c' }, 'b'],
    [{ 'x-gateway-id': 'c' }, 'c'],
    [{}, undefined],
  ])('of %j is request %s', (headers, id) => {
    expect(requestIdOf(new Headers(headers as Record<string, string>), provider)).toBe(id)
  })

  test('within an answer waits until the time it says, and is what its number means', () => {
    const error = new ProviderError('x', { code: '1302', retryAt: date + 9 })
    expect(withProviderMeaning(error, provider, date)).toBe(error)
    expect(error).toMatchObject({ retryAfterMs: 9, failureClass: 'rate-limit', isRetryable: true })
    const other = withProviderMeaning(
      new ProviderError('x', { status: 400, code: 'toString', retryAfterMs: 5 }),
      provider,
      date,
    )
    expect(other).toMatchObject({ retryAfterMs: 5, failureClass: 'bad-request', isRetryable: false })
    const aborted = new Error('x')
    expect(withProviderMeaning(aborted, provider, date)).toBe(aborted)
    expect(Object.keys(aborted)).toEqual([])
    const unlisted = { errorCodes: undefined }
    expect(withProviderMeaning(new ProviderError('x', { status: 400, code: '1302' }), unlisted, date)).toMatchObject({
      failureClass: 'bad-request',
    })
  })
})

describe('an error of ours', () => {
  const mask = {
    secrets: (text: string) => text.replace('key', '***'),
    all: (text: string) => text.replace('key', '***'),
  }

  test('is completed with what is known of the attempt, and keeps what it knows itself', () => {
    const known = { provider: 'p', model: 'm', requestId: 'r', status: 500 }
    expect(locate(new StreamError('a key'), known, mask)).toMatchObject({ message: 'a ***', ...known })
    const own = { provider: 'a', model: 'b', requestId: 'c', status: 400 }
    expect(locate(new StreamError('x', own), known, mask)).toMatchObject(own)
    const other = new Error('a key')
    expect(locate(other, known, mask)).toBe(other)
    expect(other.message).toBe('a key')
    expect(Object.keys(other)).toEqual([])
  })

  test.each([
    [['a'], 'a', 'x (a)'],
    [['a', 'a'], 'a', 'x (a)'],
    [['a', 'b'], 'b', 'x (b; before it a failed)'],
    [['a', 'b', 'a', 'c'], 'c', 'x (c; before it a and b failed)'],
    [['a', 'b', 'c', 'd'], 'a', 'x (a; before it b and 2 more failed)'],
    [['a', 'b', 'c', 'd', 'e'], 'e', 'x (e; before it a and 3 more failed)'],
    [[], undefined, 'x'],
  ])('of targets %j of which %s failed last says %j', (targets, last, message) => {
    const error = new ConnectionError('x')
    nameTargets(
      error,
      targets.map((target) => ({ target, ms: 1 })),
      last,
    )
    expect(error.message).toBe(message)
    // Also where the runtime writes a stack when it is first read, as it does with source maps.
    expect(error.stack).toContain(`Error: ${message}\n`)
  })

  test('that breaks off a stream has what came, and the cause', () => {
    const first = { status: 429, code: 'c', requestId: 'r', retryAfterMs: 5, isRetryable: false }
    const error = committedFailure(new ProviderError('gone', first), 'partly', fields)
    expect(error).toBeInstanceOf(StreamError)
    expect(error).toMatchObject({ message: 'the stream broke off: gone', partial: 'partly', ...first, ...fields })
    const thrown = new TypeError('secret')
    const other = committedFailure(thrown, 'partly', { ...fields, status: 200 })
    expect(other).toMatchObject({
      message: 'the stream broke off: it could not be read',
      cause: thrown,
      status: 200,
      code: undefined,
      retryAfterMs: undefined,
      isRetryable: true,
    })
  })

  test('wraps anything that a codec throws', () => {
    const own = new StreamError('x')
    expect(unreadable(own)).toBe(own)
    const thrown = new TypeError('x')
    expect(unreadable(thrown)).toMatchObject({ name: 'StreamError', cause: thrown })
  })
})

describe('a request that cannot be written', () => {
  const context = { provider: 'p', dropUnsupported: false } as EncodeContext
  const written = (encode: (context: EncodeContext) => unknown): Partial<UnsupportedParameterError> => {
    try {
      return { message: JSON.stringify(encodingFor(context, encode)) }
    } catch (error) {
      return error as UnsupportedParameterError
    }
  }
  /** As codecs do: stops at the first, or drops all and tells each. */
  const dropping =
    (names: readonly string[], end?: () => unknown) =>
    ({ dropUnsupported, onDropped }: EncodeContext): unknown => {
      for (const name of names) {
        if (!dropUnsupported) throw new UnsupportedParameterError(name, 'p', `no ${name}`)
        onDropped?.(name, `no ${name}`)
      }
      return end?.() ?? 'ok'
    }

  test('is written if it can be', () => {
    expect(written(() => 'ok').message).toBe('"ok"')
  })

  test('names all that the target cannot do', () => {
    expect(written(dropping(['a', 'b', 'c'])).parameters).toEqual(['a', 'b', 'c'])
    expect(written(dropping(['a'])).parameters).toEqual(['a'])
  })

  test('names what is known where something else is wrong as well', () => {
    const fails = () => {
      throw new TypeError('x')
    }
    expect(written(dropping(['a', 'b'], fails)).parameters).toEqual(['a', 'b'])
  })

  test('keeps the first where that is not among what could be dropped', () => {
    const other = ({ dropUnsupported, onDropped }: EncodeContext): unknown => {
      if (!dropUnsupported) throw new UnsupportedParameterError('first', 'p')
      for (const name of ['a', 'b']) onDropped?.(name)
      return 'ok'
    }
    expect(written(other).parameters).toEqual(['first'])
  })

  test('is a fault of the body where no codec foresaw it', () => {
    const thrown = new TypeError('x')
    const error = written(() => {
      throw thrown
    })
    expect(error).toBeInstanceOf(ConfigError)
    expect(error).toMatchObject({ cause: thrown, message: expect.stringContaining('the format of p') as string })
    const own = new StreamError('x')
    expect(
      written(() => {
        throw own
      }),
    ).toBe(own)
  })
})
