// Written by `rowtide types` from the columns that these tables had then: write it anew when they change.

export type ShopDb = {
  'shop.`odd.name ``s`': {
    /** int, primary key */
    'it\'s */ "odd"': number;
    /** int */
    __proto__: number | null;
    /** year, primary key */
    日本: number;
    /** enum('*\/','back\\slash','') */
    kind: '*/' | 'back\\slash' | '';
    /** int, generated, virtual */
    doubled: number | null;
  };
  'shop.orders': {
    /** bigint unsigned, primary key, auto_increment */
    id: bigint;
    /** int */
    customer: number;
    /** enum('new','paid','it''s sent') */
    status: 'new' | 'paid' | "it's sent" | '';
    /** decimal(10,2) */
    total: string;
    /** decimal(12,2), generated, stored */
    gross: string;
    /** text */
    note: string | null;
    /** set('gift','rush') */
    tags: string | null;
    /** json */
    details: string | null;
    /** blob */
    receipt: Uint8Array | null;
    /** int, invisible */
    internal: number;
    /** timestamp(3) */
    created: string | null;
  };
};
