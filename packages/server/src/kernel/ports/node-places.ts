/** The processes that share the database: who this one is, and where the others are reached. */
export interface NodePlaces {
  /** This node under its present lease; empty where the database isn't shared. */
  readonly id: string;
  /** The address of a living node; undefined once its lease has ended. */
  urlOf(nodeId: string): Promise<string | undefined>;
}
