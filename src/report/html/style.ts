/** The report's look: system fonts, light and dark, phone, desktop and paper. No colour carries meaning alone. */

const palette = `
:root{color-scheme:light dark;
--ground:#fff;--raised:#f7f8fa;--sunk:#eef0f3;--ink:#16191d;--soft:#545c67;--faint:#636b77;--line:#dfe3e8;--strong-line:#c3c9d1;--link:#0b57b8;
--ok:#12703a;--ok-ground:#e6f4ea;--bad:#b3221a;--bad-ground:#fdecea;--warn:#8a4f00;--warn-ground:#fff2d9;
--steady:#e6f1ec;--steady-band:#2f7d5b;--ramp:#eef0f4;--ramp-band:#76808e;--settle-band:#9aa3af;--event:#7a4bc4;
--s0:#1f66d0;--s1:#c2570c;--s2:#0c7f73;--s3:#8a3fc7;--s4:#b8336a;--s5:#5c6570;
--h0:#eaf1fb;--h1:#cbdff6;--h2:#a1c5ee;--h3:#6fa4e0;--h4:#3f80cb;--h5:#1f5ca8;--hot:#d3261c;--hatch:#c9cfd7}
@media screen and (prefers-color-scheme:dark){:root{
--ground:#101316;--raised:#181c21;--sunk:#22272e;--ink:#e9ecf0;--soft:#a9b2bd;--faint:#949eaa;--line:#2b3138;--strong-line:#454e59;--link:#82b6ff;
--ok:#79d498;--ok-ground:#13291c;--bad:#ff9087;--bad-ground:#331716;--warn:#ffc265;--warn-ground:#30230c;
--steady:#15241d;--steady-band:#3f9a72;--ramp:#1b2026;--ramp-band:#6d7785;--settle-band:#545d69;--event:#b794f6;
--s0:#6ba6ff;--s1:#ff9a4d;--s2:#3cc9b8;--s3:#c792ff;--s4:#ff7fae;--s5:#a9b2bd;
--h0:#18222f;--h1:#1c3350;--h2:#224a78;--h3:#2e69a8;--h4:#4b90d6;--h5:#86bcf5;--hot:#ff5a4e;--hatch:#39414b}}
`;

const text = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
.page,main,footer{max-width:1160px;margin:0 auto;padding:0 24px}
h1,h2,h3,p,dl,dd,ul,figure{margin:0}
h2{font-size:21px;line-height:1.25;font-weight:650;letter-spacing:-.01em}
h3{font-size:14px;line-height:1.4;font-weight:650}
section>h3{margin:28px 0 10px}
small,.small{font-size:12px;color:var(--soft)}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.88em}
a{color:var(--link);text-underline-offset:2px}
a:focus-visible,summary:focus-visible,.scroll:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:4px}
section{padding:40px 0 8px;border-top:1px solid var(--line);margin-top:32px;scroll-margin-top:8px}
section:first-of-type{border-top:0;margin-top:0}
.lead{color:var(--soft);max-width:78ch;margin:6px 0 0}
section>.scroll+p{margin-top:10px}section>.scroll,section>.pairs,section>.note,section>figure,section>.chart{margin-top:18px}
.note{padding:10px 14px;border-left:4px solid;border-radius:4px;}
.note.warn{border-color:var(--warn);background:var(--warn-ground)}.note.bad{border-color:var(--bad);background:var(--bad-ground)}
.note.ok{border-color:var(--ok);background:var(--ok-ground)}.note.none{border-color:var(--strong-line);background:var(--raised);color:var(--soft)}
.missing{color:var(--soft);font-style:italic}
abbr{text-decoration:none}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.defs{position:absolute}
.skip{position:absolute;left:-999px}.skip:focus{left:8px;top:8px;background:var(--ground);padding:8px;z-index:1}
.icon{width:14px;height:14px;fill:none;stroke:currentColor;stroke-width:2.2;stroke-linecap:round;stroke-linejoin:round;vertical-align:-2px;flex:none}
.hatch-ground{fill:var(--raised)}.hatch-line{fill:var(--hatch)}
details>summary{cursor:pointer}
summary:hover{color:var(--link)}
`;

const top = `
.banner{padding:28px 0 26px;border-top:6px solid;border-bottom:1px solid var(--line)}
.banner.pass{border-top-color:var(--ok);background:var(--ok-ground)}.banner.fail{border-top-color:var(--bad);background:var(--bad-ground)}
.banner.invalid{border-top-color:var(--warn);background:var(--warn-ground)}
.kicker{color:var(--soft);font-size:13px}.kicker b{color:var(--ink);font-weight:600}
.verdict{display:flex;align-items:center;gap:14px 22px;flex-wrap:wrap;margin-top:12px}
.verdict h1{display:flex;align-items:center;gap:12px;font-size:40px;line-height:1;font-weight:800;letter-spacing:-.01em}
.pass h1,.pass .reasons ::marker{color:var(--ok)}.fail h1,.fail .reasons ::marker{color:var(--bad)}.invalid h1,.invalid .reasons ::marker{color:var(--warn)}
.seal{display:grid;place-items:center;width:44px;height:44px;border-radius:50%;border:3px solid}
.seal .icon{width:26px;height:26px;stroke-width:2.4}
.headline{flex:1 1 320px;font-size:20px;line-height:1.35;font-weight:500;text-wrap:pretty}
.reasons{margin:14px 0 0;padding-left:20px;max-width:100ch}
.reasons li{margin:2px 0}.unjudged{margin-top:12px}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,auto));gap:10px 28px;margin-top:22px;font-size:13px}
.facts dt,.card dt,.pairs dt{color:var(--soft);font-size:12px}
.facts dd{font-weight:500}
.cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(205px,1fr));gap:1px;border:1px solid var(--line);border-radius:10px;overflow:hidden;margin-top:26px}
.card{background:var(--ground);padding:13px 16px 12px;box-shadow:0 0 0 1px var(--line)}
.card .value{font-size:23px;line-height:1.35;font-weight:650;letter-spacing:-.01em}
.card .value.missing{font-size:17px;line-height:31px;font-weight:500;letter-spacing:0}
.card .detail{font-size:12.5px;color:var(--soft);line-height:1.4}
.card .source{font-size:11.5px;color:var(--faint);line-height:1.4;margin-top:2px}
.card .source::before{content:"source: "}
nav.page{margin-top:22px}
nav ul{display:flex;flex-wrap:wrap;gap:4px 18px;padding:0;list-style:none;font-size:13.5px}
.pairs{display:grid;grid-template-columns:repeat(auto-fill,minmax(240px,1fr));gap:12px 28px;font-size:14px}
`;

const tables = `
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:8px}
table{border-collapse:collapse;width:100%;font-size:13.5px;line-height:1.4}
caption.shown{text-align:left;padding:8px 12px;color:var(--soft);font-size:12.5px}
th,td{padding:8px 12px;text-align:left;vertical-align:top;border-top:1px solid var(--line);font-weight:400;overflow-wrap:normal}
.wrap,.grow{overflow-wrap:break-word}thead th{overflow-wrap:normal}
thead th{border-top:0;background:var(--raised);color:var(--soft);font-size:12px;font-weight:600;vertical-align:bottom}
.num{text-align:right}
.num,.text{white-space:nowrap}
tbody .wrap{min-width:130px}.grow{width:100%}tbody .grow{min-width:220px}
tbody th small,.stack small{display:block}thead small{display:block;font-weight:400}
tbody b{font-weight:600}
tr.bad{background:var(--bad-ground)}tr.warn{background:var(--warn-ground)}
tr.unjudged{background:repeating-linear-gradient(-45deg,var(--raised) 0 6px,var(--sunk) 6px 12px)}
tr.bad th:first-child{box-shadow:inset 4px 0 var(--bad)}tr.warn th:first-child,tr.unjudged th:first-child{box-shadow:inset 4px 0 var(--warn)}
.tag{font-size:11px;color:var(--soft);border:1px solid var(--strong-line);border-radius:4px;padding:0 5px;margin-left:4px;white-space:nowrap}
.pill{display:inline-flex;align-items:center;gap:5px;padding:1px 9px 1px 7px;border-radius:99px;font-size:12.5px;font-weight:600;white-space:nowrap;border:1px solid}
.pill.ok{color:var(--ok);background:var(--ok-ground)}.pill.bad{color:var(--bad);background:var(--bad-ground)}.pill.warn{color:var(--warn);background:var(--warn-ground)}
.pill.none{color:var(--warn);background:var(--ground);border-style:dashed;border-width:1.5px}
.bullet{display:block;margin:3px 0 2px}
.bullet .track{fill:var(--sunk)}.bullet .ok{fill:var(--ok)}.bullet .bad{fill:var(--bad)}.bullet .open{fill:var(--faint)}.bullet .mark{fill:var(--ink)}
.outlier{font-weight:650;color:var(--warn)}.outlier span{font-size:9px;vertical-align:1px}
#hosts table,#servers table{font-size:12.5px}#hosts th,#hosts td,#servers th,#servers td{padding:6px 9px}
#hosts thead th:first-child,#hosts tbody th{position:sticky;left:0;background:var(--ground);z-index:1}#hosts thead th:first-child{background:var(--raised)}
#hosts tr.bad th{background:var(--bad-ground)}#hosts tr.warn th{background:var(--warn-ground)}
#hosts td.wrap{min-width:150px}
.message{white-space:pre-wrap;overflow-wrap:anywhere}
.hash{overflow-wrap:anywhere}
.fact{display:inline-block;margin-right:8px;font-size:12px;color:var(--soft)}
.command{margin:10px 0 20px;padding:12px 14px;background:var(--raised);border:1px solid var(--line);border-radius:8px;white-space:pre-wrap;overflow-wrap:anywhere}
.fold{border:1px solid var(--line);border-radius:8px;padding:8px 12px;margin-top:8px}.fold .scroll{margin-top:10px}
.caveats,.leftovers{padding-left:20px;max-width:90ch;margin-top:12px}.caveats li,.leftovers li{margin:6px 0}
`;

const charts = `
.chart{padding-left:104px}.chart>figcaption,.chart>.key,.chart>details{margin-left:-104px}
section>.chart{margin-top:26px}
.plot{display:block;overflow:visible;margin-top:10px}
.plot text{font-size:11px;fill:var(--faint)}
.plot .value{text-anchor:end}.plot .time{text-anchor:middle}.plot .last{text-anchor:end}.plot .corner{text-anchor:end}
.grid{stroke:var(--line);stroke-width:1}.tick{stroke:var(--strong-line)}
.phase.ramp,.phase.settle,.phase.drain{fill:var(--ramp)}.phase.steady{fill:var(--steady)}
.band.ramp,.band.drain{fill:var(--ramp-band)}.band.settle{fill:var(--settle-band)}.band.steady{fill:var(--steady-band)}
.plot .band-name{fill:#fff;font-weight:600;text-anchor:middle}
.event{stroke:var(--event);stroke-width:1.2;stroke-dasharray:2 3}.plot .event-number{fill:var(--event);font-weight:600;text-anchor:middle}
.limit{stroke:var(--bad);stroke-width:1.4;stroke-dasharray:6 4}.plot .limit-label{fill:var(--bad);text-anchor:end;font-weight:600;paint-order:stroke;stroke:var(--ground);stroke-width:3px}
.plot .limit-label.after{text-anchor:start}
.lines{overflow:visible}.line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round;vector-effect:non-scaling-stroke}
.s0{stroke:var(--s0)}.s1{stroke:var(--s1);stroke-dasharray:7 4}.s2{stroke:var(--s2);stroke-dasharray:2 4}.s3{stroke:var(--s3);stroke-dasharray:9 3 2 3}.s4{stroke:var(--s4);stroke-dasharray:12 4}.s5{stroke:var(--s5);stroke-dasharray:4 2}
.line.dashed{stroke-dasharray:6 3}
.legend{list-style:none;padding:0;margin-top:2px;display:flex;flex-wrap:wrap;gap:0 22px;font-size:12.5px}
.legend li{max-width:100%}.legend span{color:var(--soft)}.swatch{vertical-align:2px;margin-right:3px}
.key{display:flex;flex-wrap:wrap;align-items:center;gap:2px 14px;font-size:12.5px;color:var(--soft)}.key b{color:var(--ink);font-weight:600}
.key i{display:inline-block;width:14px;height:11px;border-radius:2px;vertical-align:-1px}.key .ramp{display:inline-flex}.key .ramp i{border-radius:0;width:18px}
i.phase.ramp,i.phase.drain{background:var(--ramp-band)}i.phase.settle{background:var(--settle-band)}i.phase.steady{background:var(--steady-band)}
i.gap{background:repeating-linear-gradient(-45deg,var(--raised) 0 3px,var(--hatch) 3px 4.5px);border:1px solid var(--line)}i.bound{width:0;border-left:2px solid var(--ink);border-radius:0}
.h0{fill:var(--h0);background:var(--h0)}.h1{fill:var(--h1);background:var(--h1)}.h2{fill:var(--h2);background:var(--h2)}.h3{fill:var(--h3);background:var(--h3)}.h4{fill:var(--h4);background:var(--h4)}.h5{fill:var(--h5);background:var(--h5)}.hot{fill:var(--hot);background:var(--hot)}
.heat>details>summary{margin-left:-104px}.heat>details{margin-left:0;margin-top:10px}
.bound{stroke:var(--ink);stroke-width:1.2}
.plot .host{font-size:11px;fill:var(--soft)}
.chart>details{font-size:12.5px}.twin{margin-top:4px}.twin>summary{color:var(--soft);width:fit-content}.twin .scroll{max-height:340px;overflow-y:auto;margin-top:6px}.twin table{font-size:12.5px}.twin th,.twin td{padding:3px 12px}
.panels{display:grid;grid-template-columns:repeat(auto-fill,minmax(310px,1fr));gap:30px 34px;margin:22px 0}
.panel{padding-left:44px;min-width:0}.panel>figcaption,.panel>.small,.panel>.hole{margin-left:-44px}.panel figcaption p{font-size:12.5px;color:var(--soft);line-height:1.4;min-height:2.8em}
.panel .small{margin-top:6px}section>.small{margin-top:10px;color:var(--soft)}
.hole{margin-top:10px;height:150px;display:grid;place-content:center;text-align:center;border-radius:6px;color:var(--soft);font-style:italic;background:repeating-linear-gradient(-45deg,var(--ground) 0 7px,var(--raised) 7px 14px);border:1px dashed var(--strong-line)}
.percentile{fill:var(--ground);stroke:var(--s0);stroke-width:2}
.plot .percentile-label{fill:var(--soft);paint-order:stroke;stroke:var(--ground);stroke-width:3px}.plot .percentile-label tspan{font-weight:650;fill:var(--ink)}.plot .percentile-label.before{text-anchor:end}
.plot .never{fill:var(--bad);font-weight:600;paint-order:stroke;stroke:var(--ground);stroke-width:3px}
footer{padding-top:28px;padding-bottom:40px;color:var(--faint);font-size:12.5px}
`;

const media = `
@media (max-width:640px){
.page,main,footer{padding:0 16px}.verdict h1{font-size:34px}.headline{font-size:18px}
.cards{grid-template-columns:1fr 1fr}.card{padding:10px 12px}.card .value{font-size:18px}.card .value.missing{font-size:15px;line-height:25px}
.facts{grid-template-columns:1fr 1fr}
.chart{padding-left:58px}.chart>figcaption,.chart>.key,.chart>details{margin-left:-58px}
.plot text{font-size:10px}
.heat{padding-left:92px}.heat>figcaption,.heat>.key,.heat>details>summary{margin-left:-92px}.heat>details{margin-left:0}.plot .host{font-size:9.5px}
.panel{padding-left:40px}.panel>figcaption,.panel>.small,.panel>.hole{margin-left:-40px}
.panels{grid-template-columns:minmax(0,1fr)}
th,td{padding:7px 9px}
.stacked thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.stacked table,.stacked tbody,.stacked caption{display:block}.stacked tr{display:grid;grid-template-columns:auto 1fr;gap:3px 12px;padding:11px 12px;border-top:1px solid var(--line)}.stacked tbody tr:first-child{border-top:0}
.stacked th,.stacked td{display:contents;white-space:normal;text-align:left}.stacked .in{grid-column:2}.stacked th .in{grid-column:1/-1;margin-bottom:3px}
.stacked td::before{content:attr(data-head);color:var(--soft);font-size:12px;padding-top:1px}
.stacked tr.bad{box-shadow:inset 4px 0 var(--bad)}.stacked tr.warn,.stacked tr.unjudged{box-shadow:inset 4px 0 var(--warn)}}
@media print{
@page{size:A4;margin:14mm 12mm}
body{font-size:10pt}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
.page,main,footer{max-width:none;padding:0}.banner{padding:12px 14px}
nav,.twin,.skip{display:none}
section{padding-top:18px;margin-top:18px}h2,h3,figcaption{break-after:avoid}
.chart,.card,.note,tr{break-inside:avoid}
.scroll{overflow:visible;border:0}table{font-size:8pt}th,td{padding:3px 5px}thead{display:table-header-group}
.text{white-space:normal}.grow{width:auto}.lead{break-after:avoid}.hash{font-size:6.5pt}.pill{font-size:7.5pt;padding:0 5px}
#hosts table{font-size:7pt}#hosts th,#hosts td{padding:2px 4px}#hosts td.wrap{min-width:26mm}#hosts .pill{font-size:6.5pt}#hosts thead th:first-child,#hosts tbody th{position:static}#hosts small{font-size:6.5pt}
tbody .wrap,tbody .grow{min-width:0}
.cards{grid-template-columns:repeat(3,1fr)}.panels{grid-template-columns:1fr 1fr}
details::details-content{content-visibility:visible;block-size:auto;display:block}}
`;

/** One style sheet; its digest is the only one that the report's policy allows. */
export const style = [palette, text, top, tables, charts, media].join("").replace(/\n+/g, "\n");
