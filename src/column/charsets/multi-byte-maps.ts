// Written by test/column/charsets/record.ts from what servers say.
export interface MultiByteMap {
  /** Name of the library's table. */
  readonly library: string;
  /** Bytes of the longest code. */
  readonly bytesMax: 2 | 3 | 4;
  /** `a1a4=30fb`: code and its character; `f5a1-f5fe=e000`: a run of both; without a character: there is none. */
  readonly differences: string;
}
export const MULTI_BYTE_MAPS: Readonly<Record<string, MultiByteMap>> = {
  big5: {
    library: 'cp950',
    bytesMax: 2,
    differences: `
    a145=2022 a14e=ff64 a15a a1c2=203e a1c3 a1c5 a1e3=223c a1f2=2641 a1f3=2609 a1fe a240 a241=ff0f a242=ff3c
    a244=a5 a246-a247=a2 a2cc a2ce a3e1 c6a1=30fe c6a2-c6a3=309d c6a4=3005 c6a5-c6f7=3041 c6f8-c6fe=30a1
    c740-c77e=30a8 c7a1-c7b0=30e7 c7b1-c7b2=414 c7b3=401 c7b4-c7ba=416 c7bb-c7cd=423 c7ce=451 c7cf-c7e8=436
    c7e9-c7f2=2460 c7f3-c7fc=2474 f9dd-f9fe
  `,
  },
  cp932: { library: 'cp932', bytesMax: 2, differences: '80 f941-f97e=e69d f980-f9fc=e6db' },
  eucjpms: {
    library: 'eucjp',
    bytesMax: 3,
    differences: `
    f5a1-f5fe=e000 f6a1-f6fe=e05e f7a1-f7fe=e0bc f8a1-f8fe=e11a f9a1-f9fe=e178 faa1-fafe=e1d6 fba1-fbfe=e234
    fca1-fcfe=e292 fda1-fdfe=e2f0 fea1-fefe=e34e 8fa2c3=ffe4 8ff3f3-8ff3fc=2170 8ff3fd-8ff3fe=2160
    8ff4a1-8ff4a8=2162 8ff4a9=ff07 8ff4aa=ff02 8ff4ab=3231 8ff4ac=2116 8ff4ad=2121 8ff4ae=70bb 8ff4af=4efc
    8ff4b0=50f4 8ff4b1=51ec 8ff4b2=5307 8ff4b3=5324 8ff4b4=fa0e 8ff4b5=548a 8ff4b6=5759 8ff4b7-8ff4b8=fa0f
    8ff4b9=589e 8ff4ba=5bec 8ff4bb=5cf5 8ff4bc=5d53 8ff4bd=fa11 8ff4be=5fb7 8ff4bf=6085 8ff4c0=6120 8ff4c1=654e
    8ff4c2=663b 8ff4c3=6665 8ff4c4=fa12 8ff4c5=f929 8ff4c6=6801 8ff4c7-8ff4c8=fa13 8ff4c9=6a6b 8ff4ca=6ae2
    8ff4cb=6df8 8ff4cc=6df2 8ff4cd=7028 8ff4ce-8ff4cf=fa15 8ff4d0=7501 8ff4d1=7682 8ff4d2=769e 8ff4d3=fa17
    8ff4d4=7930 8ff4d5-8ff4d8=fa18 8ff4d9=7ae7 8ff4da-8ff4db=fa1c 8ff4dc=7da0 8ff4dd=7dd6 8ff4de=fa1e 8ff4df=8362
    8ff4e0=fa1f 8ff4e1=85b0 8ff4e2-8ff4e3=fa20 8ff4e4=8807 8ff4e5=fa22 8ff4e6=8b7f 8ff4e7=8cf4 8ff4e8=8d76
    8ff4e9-8ff4eb=fa23 8ff4ec=90de 8ff4ed=fa26 8ff4ee=9115 8ff4ef-8ff4f0=fa27 8ff4f1=9592 8ff4f2=f9dc 8ff4f3=fa29
    8ff4f4=973b 8ff4f5=974d 8ff4f6=9751 8ff4f7-8ff4f9=fa2a 8ff4fa=999e 8ff4fb=9ad9 8ff4fc=9b72 8ff4fd=fa2d
    8ff4fe=9ed1 8ff5a1-8ff5fe=e3ac 8ff6a1-8ff6fe=e40a 8ff7a1-8ff7fe=e468 8ff8a1-8ff8fe=e4c6 8ff9a1-8ff9fe=e524
    8ffaa1-8ffafe=e582 8ffba1-8ffbfe=e5e0 8ffca1-8ffcfe=e63e 8ffda1-8ffdfe=e69c 8ffea1-8ffefe=e6fa
  `,
  },
  euckr: { library: 'euckr', bytesMax: 2, differences: '' },
  gb18030: { library: 'gb18030', bytesMax: 4, differences: '80 a3a0=e5e5' },
  gb2312: {
    library: 'gbk',
    bytesMax: 2,
    differences: `
    80 8140-817e 8180-81fe 8240-827e 8280-82fe 8340-837e 8380-83fe 8440-847e 8480-84fe 8540-857e 8580-85fe
    8640-867e 8680-86fe 8740-877e 8780-87fe 8840-887e 8880-88fe 8940-897e 8980-89fe 8a40-8a7e 8a80-8afe 8b40-8b7e
    8b80-8bfe 8c40-8c7e 8c80-8cfe 8d40-8d7e 8d80-8dfe 8e40-8e7e 8e80-8efe 8f40-8f7e 8f80-8ffe 9040-907e 9080-90fe
    9140-917e 9180-91fe 9240-927e 9280-92fe 9340-937e 9380-93fe 9440-947e 9480-94fe 9540-957e 9580-95fe 9640-967e
    9680-96fe 9740-977e 9780-97fe 9840-987e 9880-98fe 9940-997e 9980-99fe 9a40-9a7e 9a80-9afe 9b40-9b7e 9b80-9bfe
    9c40-9c7e 9c80-9cfe 9d40-9d7e 9d80-9dfe 9e40-9e7e 9e80-9efe 9f40-9f7e 9f80-9ffe a040-a07e a080-a0fe a140-a17e
    a180-a1a0 a1a4=30fb a1aa=2015 a240-a27e a280-a2b0 a2e3-a2e4 a2ef-a2f0 a2fd-a2fe a340-a37e a380-a3a0 a440-a47e
    a480-a4a0 a4f4-a4fe a540-a57e a580-a5a0 a5f7-a5fe a640-a67e a680-a6a0 a6b9-a6c0 a6d9-a6fe a740-a77e a780-a7a0
    a7c2-a7d0 a7f2-a7fe a840-a87e a880-a8a0 a8bb-a8c4 a8ea-a8fe a940-a97e a980-a9a3 a9f0-a9fe aa40-aa7e aa80-aafe
    ab40-ab7e ab80-abfe ac40-ac7e ac80-acfe ad40-ad7e ad80-adfe ae40-ae7e ae80-aefe af40-af7e af80-affe b040-b07e
    b080-b0a0 b140-b17e b180-b1a0 b240-b27e b280-b2a0 b340-b37e b380-b3a0 b440-b47e b480-b4a0 b540-b57e b580-b5a0
    b640-b67e b680-b6a0 b740-b77e b780-b7a0 b840-b87e b880-b8a0 b940-b97e b980-b9a0 ba40-ba7e ba80-baa0 bb40-bb7e
    bb80-bba0 bc40-bc7e bc80-bca0 bd40-bd7e bd80-bda0 be40-be7e be80-bea0 bf40-bf7e bf80-bfa0 c040-c07e c080-c0a0
    c140-c17e c180-c1a0 c240-c27e c280-c2a0 c340-c37e c380-c3a0 c440-c47e c480-c4a0 c540-c57e c580-c5a0 c640-c67e
    c680-c6a0 c740-c77e c780-c7a0 c840-c87e c880-c8a0 c940-c97e c980-c9a0 ca40-ca7e ca80-caa0 cb40-cb7e cb80-cba0
    cc40-cc7e cc80-cca0 cd40-cd7e cd80-cda0 ce40-ce7e ce80-cea0 cf40-cf7e cf80-cfa0 d040-d07e d080-d0a0 d140-d17e
    d180-d1a0 d240-d27e d280-d2a0 d340-d37e d380-d3a0 d440-d47e d480-d4a0 d540-d57e d580-d5a0 d640-d67e d680-d6a0
    d740-d77e d780-d7a0 d7fa-d7fe d840-d87e d880-d8a0 d940-d97e d980-d9a0 da40-da7e da80-daa0 db40-db7e db80-dba0
    dc40-dc7e dc80-dca0 dd40-dd7e dd80-dda0 de40-de7e de80-dea0 df40-df7e df80-dfa0 e040-e07e e080-e0a0 e140-e17e
    e180-e1a0 e240-e27e e280-e2a0 e340-e37e e380-e3a0 e440-e47e e480-e4a0 e540-e57e e580-e5a0 e640-e67e e680-e6a0
    e740-e77e e780-e7a0 e840-e87e e880-e8a0 e940-e97e e980-e9a0 ea40-ea7e ea80-eaa0 eb40-eb7e eb80-eba0 ec40-ec7e
    ec80-eca0 ed40-ed7e ed80-eda0 ee40-ee7e ee80-eea0 ef40-ef7e ef80-efa0 f040-f07e f080-f0a0 f140-f17e f180-f1a0
    f240-f27e f280-f2a0 f340-f37e f380-f3a0 f440-f47e f480-f4a0 f540-f57e f580-f5a0 f640-f67e f680-f6a0 f740-f77e
    f780-f7a0 f840-f87e f880-f8fe f940-f97e f980-f9fe fa40-fa7e fa80-fafe fb40-fb7e fb80-fbfe fc40-fc7e fc80-fcfe
    fd40-fd7e fd80-fdfe fe40-fe7e fe80-fefe
  `,
  },
  gbk: {
    library: 'gbk',
    bytesMax: 2,
    differences: `
    80 a140-a17e a180-a1a0 a240-a27e a280-a2a0 a2ab-a2b0 a2e3-a2e4 a2ef-a2f0 a2fd-a2fe a340-a37e a380-a3a0
    a440-a47e a480-a4a0 a4f4-a4fe a540-a57e a580-a5a0 a5f7-a5fe a640-a67e a680-a6a0 a6b9-a6c0 a6d9-a6df a6ec-a6ed
    a6f3 a6f6-a6fe a740-a77e a780-a7a0 a7c2-a7d0 a7f2-a7fe a896-a8a0 a8bc a8bf a8c1-a8c4 a8ea-a8fe a958 a95b
    a95d-a95f a989-a995 a997-a9a3 a9f0-a9fe aaa1-aafe aba1-abfe aca1-acfe ada1-adfe aea1-aefe afa1-affe d7fa-d7fe
    f8a1-f8fe f9a1-f9fe faa1-fafe fba1-fbfe fca1-fcfe fda1-fdfe fe50-fe7e fe80-fefe
  `,
  },
  sjis: {
    library: 'cp932',
    bytesMax: 2,
    differences: `
    80 815f=5c 8160=301c 8161=2016 817c=2212 8191-8192=a2 81ca=ac 8740-875d 875f-8775 877e 8780-879c ed40-ed7e
    ed80-edfc ee40-ee7e ee80-eeec eeef-eefc f040-f07e f080-f0fc f140-f17e f180-f1fc f240-f27e f280-f2fc f340-f37e
    f380-f3fc f440-f47e f480-f4fc f540-f57e f580-f5fc f640-f67e f680-f6fc f740-f77e f780-f7fc f840-f87e f880-f8fc
    f940 fa40-fa7e fa80-fafc fb40-fb7e fb80-fbfc fc40-fc4b
  `,
  },
  ujis: {
    library: 'eucjp',
    bytesMax: 3,
    differences: `
    a1c0=5c a1c1=301c a1c2=2016 a1dd=2212 a1f1-a1f2=a2 a2cc=ac ada1-adbe adc0-add6 addf-adfc f5a1-f5fe=e000
    f6a1-f6fe=e05e f7a1-f7fe=e0bc f8a1-f8fe=e11a f9a1-f9fe=e178 faa1-fafe=e1d6 fba1-fbfe=e234 fca1-fcfe=e292
    fda1-fdfe=e2f0 fea1-fefe=e34e 8fa2b7=7e 8ff5a1-8ff5fe=e3ac 8ff6a1-8ff6fe=e40a 8ff7a1-8ff7fe=e468
    8ff8a1-8ff8fe=e4c6 8ff9a1-8ff9fe=e524 8ffaa1-8ffafe=e582 8ffba1-8ffbfe=e5e0 8ffca1-8ffcfe=e63e
    8ffda1-8ffdfe=e69c 8ffea1-8ffefe=e6fa
  `,
  },
};
