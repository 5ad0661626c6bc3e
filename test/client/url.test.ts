import { expect, test } from 'vitest'
import { operationURL } from '../../src/client/transport/url.js'

test.each([
  ['http://h/v1', '/chat/completions', 'http://h/v1/chat/completions'],
  ['http://h/v1/', '/chat/completions', 'http://h/v1/chat/completions'],
  ['http://h/v1', '/v1/messages', 'http://h/v1/messages'],
  ['http://h/v12', '/v1/messages', 'http://h/v12/v1/messages'],
  ['http://h/v1?key=a', '/v1/messages', 'http://h/v1/messages?key=a'],
  ['http://h/v1/?key=a&b=c', '/chat', 'http://h/v1/chat?key=a&b=c'],
  ['http://h', '/m:stream?alt=sse', 'http://h/m:stream?alt=sse'],
  ['http://h/v1?key=a', '/m:stream?alt=sse', 'http://h/v1/m:stream?key=a&alt=sse'],
  ['http://h/v1?', '/m:stream?alt=sse', 'http://h/v1/m:stream?alt=sse'],
  ['http://h/v1?key=a&', '/m:stream?alt=sse', 'http://h/v1/m:stream?key=a&alt=sse'],
  ['http://h/v1?', '/chat', 'http://h/v1/chat'],
  ['http://h/?next=http://x/?y', '/chat', 'http://h/chat?next=http://x/?y'],
])('%s with %s', (baseURL, path, url) => {
  expect(operationURL(baseURL, path)).toBe(url)
})
