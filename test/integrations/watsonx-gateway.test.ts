import { testIntegration } from './matrix.js'
import spec from './watsonx-gateway.case.js'

testIntegration(spec, 'watsonx-gateway.case.ts')
