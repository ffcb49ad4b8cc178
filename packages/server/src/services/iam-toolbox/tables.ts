/** A denial, explained. */
export interface AuthorizationDetailRow {
  authorization_id: string;
  /** An account, or its outsiders (details-retention.ts). */
  account_id: string;
  /** Empty in rows of earlier versions. */
  request_id: string;
  created_ms: number;
  /** JSON of a DecisionRecord. */
  details: string;
  /** The length of `details`. */
  details_chars: number;
}

/** A permission that a principal used. */
export interface PermissionUseRow {
  /** AIDA… or AROA…; the account's id for its root user, the ARN for a federated user. */
  entity_id: string;
  action: string;
  /** The call that needed it, such as `ivs:CreateChannel`. */
  operation: string;
  /** JSON of the condition key that a grant should have; "{}" of none. */
  condition: string;
  /** An ARN, "*", or a pattern. */
  resource: string;
  is_pattern: 0 | 1;
  account_id: string;
  arn: string;
  first_ms: number;
  last_ms: number;
  /** 0 if it was never denied. */
  denied_ms: number;
}

export interface IamToolboxTables {
  iam_authorization_details: AuthorizationDetailRow;
  iam_permission_uses: PermissionUseRow;
}
