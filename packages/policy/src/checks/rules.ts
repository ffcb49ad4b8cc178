import { checkActions, checkActionsOfResource } from "./rules/actions.ts";
import { checkArns, checkResourcesOfType } from "./rules/arns.ts";
import { checkAudience, checkKey, checkQualifier } from "./rules/condition-keys.ts";
import {
  checkEmptyValues,
  checkOperators,
  checkRepeatedKeys,
} from "./rules/condition-operators.ts";
import { checkOperatorType, checkValueList, checkValueTypes } from "./rules/condition-types.ts";
import { checkBounds, checkPrefix, checkTrust, checkValues } from "./rules/condition-values.ts";
import { checkRcp, checkRcpConditions } from "./rules/control-policies.ts";
import { checkOidc } from "./rules/identity-providers.ts";
import { checkIpRanges } from "./rules/ip-ranges.ts";
import { checkEndpointKeys, checkPairs, checkRelevance, checkSelect } from "./rules/key-pairs.ts";
import { checkKeySupport, checkSetters } from "./rules/key-support.ts";
import { checkPassedRoles } from "./rules/passed-roles.ts";
import { checkPermissiveValues } from "./rules/permissive-values.ts";
import { checkPrincipals } from "./rules/principals.ts";
import {
  checkRedundantActions,
  checkRedundantResources,
  checkRedundantStatements,
} from "./rules/redundancy.ts";
import { forConditions, forStatements, type PolicyRule } from "./rules/rule.ts";
import { checkServicePrincipals } from "./rules/service-principals.ts";
import { checkCombinations, checkElements, checkPresence, checkVersion } from "./rules/shape.ts";
import { checkSids } from "./rules/sids.ts";
import { checkSize } from "./rules/sizes.ts";
import { checkTrustPolicy } from "./rules/trust-policies.ts";
import { checkVariables } from "./rules/variables.ts";
import { checkLoneStars } from "./rules/wildcard-conditions.ts";

/** Every rule but that of JSON types, in the order in which findings of one place are listed. */
export const RULES: readonly PolicyRule[] = [
  ...[checkSize, checkElements, checkCombinations, checkVersion, checkPresence, checkSids],
  ...[checkActions, checkActionsOfResource, checkArns, checkResourcesOfType].map(forStatements),
  ...[checkPrincipals, checkServicePrincipals, checkTrustPolicy, checkOidc].map(forStatements),
  ...[checkOperators, checkRepeatedKeys, checkVariables].map(forStatements),
  ...[checkKey, checkQualifier, checkAudience, checkOperatorType].map(forConditions),
  ...[checkEmptyValues, checkValueList, checkValueTypes, checkValues].map(forConditions),
  ...[checkBounds, checkIpRanges, checkLoneStars, checkPermissiveValues].map(forConditions),
  ...[checkTrust, checkPrefix, checkKeySupport, checkSetters].map(forConditions),
  ...[checkPairs, checkSelect, checkEndpointKeys, checkRelevance].map(forConditions),
  ...[checkPassedRoles, checkRcp].map(forStatements),
  forConditions(checkRcpConditions),
  ...[checkRedundantActions, checkRedundantResources].map(forStatements),
  checkRedundantStatements,
];
