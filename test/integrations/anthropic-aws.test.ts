import spec from './anthropic-aws.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'anthropic-aws.case.ts')
