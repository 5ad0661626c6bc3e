/** What the formats of Bedrock's runtime have in common, for a provider of the caller's own. */
export const BEDROCK_RUNTIME = {
  auth: { header: 'authorization', prefix: 'Bearer ', sign: { kind: 'aws-sigv4', service: 'bedrock' } },
  idHeaders: ['x-amzn-requestid'],
  // https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html
  errorTypeHeader: 'x-amzn-errortype',
} as const
