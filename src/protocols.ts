/** Every wire format, by the name of its id: parts of `createClientWith`. A bundler keeps those that are named. */
export * from './protocols/codecs.js'
export type {
  ChatProtocol,
  DecisionsProtocol,
  EmbeddingsProtocol,
  FormatId,
  PassthroughFormat,
  PassthroughId,
  Protocol,
  ProtocolId,
  RerankProtocol,
} from './kernel/protocol.js'
