/**
 * The Model Context Protocol, both majors of its SDK: a span on the side that sends a request and one on the side that
 * serves it, with trace context between them in `params._meta` (SEP-414).
 */
import type { Attributes } from '@opentelemetry/api'
import {
  asString,
  isObject,
  path,
  semconv,
  serverAttributes,
  withTraceContext,
  type HandlerLookup,
  type Integration,
  type ModuleExports,
  type Patcher,
  type StepDeclaration,
} from '../src/autolog/contract.js'

/** What a request is about. A name is part of the span's name, a URI is not. */
function subjectOf(method: string, params: unknown): Attributes {
  const [name, uri] = [asString(path(params, 'name')), asString(path(params, 'uri'))]
  if (method === 'tools/call') return { [semconv.OPERATION_NAME]: 'execute_tool', [semconv.TOOL_NAME]: name }
  if (method === 'prompts/get') return { [semconv.PROMPT_NAME]: name }
  return method.startsWith('resources/') ? { [semconv.MCP_RESOURCE_URI]: uri } : {}
}

/** Attributes of the connection, from fields of the SDK's transports. */
function connectionOf(protocol: unknown): Attributes {
  const transport = path(protocol, '_transport')
  // `serveStdio` of 2.x has a channel around the transport.
  const wire = path(transport, '_wire') ?? transport
  const isPipe = ['_serverParams', '_stdin'].some((field) => path(wire, field) !== undefined)
  const url = urlOf(protocol)
  return {
    [semconv.MCP_SESSION_ID]: asString(path(transport, 'sessionId')),
    [semconv.MCP_PROTOCOL_VERSION]:
      asString(path(protocol, '_negotiatedProtocolVersion')) ?? asString(path(transport, '_protocolVersion')),
    [semconv.NETWORK_TRANSPORT]: isPipe ? 'pipe' : url && 'tcp',
    ...(url && serverAttributes(url)),
  }
}

function urlOf(protocol: unknown): URL | undefined {
  const url = path(protocol, '_transport', '_url')
  return url instanceof URL ? url : undefined
}

function codeOf(error: unknown): string | undefined {
  const code = path(error, 'code')
  return typeof code === 'number' ? String(code) : undefined
}

function declare(message: unknown, id: unknown, protocol: unknown): StepDeclaration {
  const method = asString(path(message, 'method')) ?? '_OTHER'
  const params = path(message, 'params')
  const subject = subjectOf(method, params)
  const name = asString(subject[semconv.TOOL_NAME] ?? subject[semconv.PROMPT_NAME])
  return {
    kind: 'chain',
    name: name === undefined ? method : `${method} ${name}`,
    attributes: () => ({
      [semconv.MCP_METHOD]: method,
      [semconv.JSONRPC_REQUEST_ID]: typeof id === 'number' ? String(id) : asString(id),
      ...subject,
      ...connectionOf(protocol),
    }),
    ...(method === 'tools/call' && {
      input: () => path(params, 'arguments'),
      output: (result: unknown) => path(result, 'structuredContent') ?? path(result, 'content'),
    }),
    outcomeAttributes: ({ error }) => ({ [semconv.RPC_STATUS]: codeOf(error) }),
    errorType: ({ result, error }) => (path(result, 'isError') === true ? semconv.ERROR_TYPE_TOOL : codeOf(error)),
  }
}

/** @param at - Index of the request in the arguments. */
const send =
  (at: number) =>
  (args: readonly unknown[], self: unknown): StepDeclaration => ({
    ...declare(args[at], path(self, '_requestMessageId'), self),
    span: 'client',
    peer: () => urlOf(self),
    inject: (given, carried) => {
      const params = path(given[at], 'params')
      const sent = { ...(isObject(params) && params), _meta: withTraceContext(path(params, '_meta'), carried) }
      return given.map((arg, i) => (i === at && isObject(arg) ? { ...arg, params: sent } : arg))
    },
    joins: () => (path(args[at], 'method') === 'tools/call' ? asString(path(args[at], 'params', 'name')) : undefined),
  })

const serve: HandlerLookup = {
  table: (protocol) => path(protocol, '_requestHandlers'),
  key: ([message]) => path(message, 'method'),
  declared: ([message], protocol) => ({
    ...declare(message, path(message, 'id'), protocol),
    span: 'server',
    awaited: true,
    extract: () => path(message, 'params', '_meta'),
  }),
}

function instrument(module: ModuleExports, patcher: Patcher): void {
  const prototype = path(module, 'Protocol', 'prototype')
  // From 2.0 on, all requests use this method, including those that the SDK makes itself.
  if (path(prototype, '_requestWithSchemaViaCodec')) patcher.step(prototype, '_requestWithSchemaViaCodec', send(1))
  else patcher.step(prototype, 'request', send(0))
  patcher.handler(prototype, '_onrequest', serve)
}

const shapes = { Protocol: ['prototype._onrequest', 'prototype.setRequestHandler'] }

export const mcp: Integration = {
  id: 'mcp',
  targets: [
    { package: '@modelcontextprotocol/sdk', entry: './shared/protocol.js', tested: '1', shapes, instrument },
    // Each package has its own copy of the class.
    { package: '@modelcontextprotocol/client', tested: '2', shapes, instrument },
    { package: '@modelcontextprotocol/server', tested: '2', shapes, instrument },
  ],
}
