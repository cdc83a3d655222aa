BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE approvals (
	message TEXT NOT NULL, 
	member TEXT NOT NULL, 
	emoji TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	present BOOLEAN NOT NULL, 
	CONSTRAINT pk_approvals PRIMARY KEY (message, member, emoji)
);
INSERT INTO "approvals" VALUES('fake:m6','fake:ines','👍',1772474400000000,1);
CREATE TABLE audit (
	community TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	at BIGINT NOT NULL, 
	action TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	actor TEXT, 
	details TEXT NOT NULL, 
	digest TEXT NOT NULL, 
	CONSTRAINT pk_audit PRIMARY KEY (community, number)
);
INSERT INTO "audit" VALUES('tarnwick',1,1772474400000000,'flag.raised','fake:m12',NULL,'{"author": "fake:otto", "model": "scripted-1", "revision": "0", "rule": "no-personal-attacks", "score": "0.9700", "target": "participant", "threshold": "0.8000"}','e237db17653870c650df8f611304689fa3f99be94e1e7cd3aec728a9918ad97d');
INSERT INTO "audit" VALUES('tarnwick',2,1772474400000000,'case.opened','case 1',NULL,'{"message": "fake:m12", "model": "scripted-1", "revision": "0", "rule": "no-personal-attacks", "score": "0.9700", "target": "participant", "threshold": "0.8000"}','721b5cef44970b1f90095acaff261545b8aa44cf537ee07a3208b5d64d3b3c83');
INSERT INTO "audit" VALUES('tarnwick',3,1772474400000000,'flag.raised','fake:m14',NULL,'{"author": "fake:otto", "model": "scripted-1", "revision": "0", "rule": "no-personal-attacks", "score": "0.9700", "target": "participant", "threshold": "0.8000"}','616bea410b90573d750ebc43446bc0c98c38ad55ceeefa8156818ac6d7290441');
INSERT INTO "audit" VALUES('tarnwick',4,1772474400000000,'case.opened','case 2',NULL,'{"message": "fake:m14", "model": "scripted-1", "revision": "0", "rule": "no-personal-attacks", "score": "0.9700", "target": "participant", "threshold": "0.8000"}','ea10c8750d03675da2d07472430a982147af7ddff5de8cea741c53b27b7f25fe');
INSERT INTO "audit" VALUES('tarnwick',5,1772474400000000,'case.reported','case 1','fake:dario','{}','88bd569e612179bdd9efc58372034f1d4e81ebebaf1466b3ab634d54ac1d37b3');
INSERT INTO "audit" VALUES('tarnwick',6,1772474400000000,'case.upheld','case 1','fake:mira','{"action": "warn", "message": "fake:m12", "model": "scripted-1", "revision": "0", "rule": "no-personal-attacks", "score": "0.9700", "target": "participant", "threshold": "0.8000"}','41b9435b5b2eab7e41fd4c7c3e95ee63165dcf8d733b64d72a97de0e9dcf418e');
INSERT INTO "audit" VALUES('tarnwick',7,1772474400000000,'sanction.applied','fake:otto','fake:mira','{"case": "1", "effect": "Warn", "origin": "human", "rule": "no-personal-attacks"}','67cb5d25ce519aec57e4a97808374ad81dd516ff7168b69f79b51c73324930b4');
INSERT INTO "audit" VALUES('tarnwick',8,1772474400000000,'case.dismissed','case 2','fake:noor','{"action": "none", "message": "fake:m14", "model": "scripted-1", "reason": "banter", "revision": "0", "rule": "no-personal-attacks", "score": "0.9700", "target": "participant", "threshold": "0.8000"}','29ac137bf2bd1fb5620c260ba37936841cc894d92398297b895aa963d38b9e24');
INSERT INTO "audit" VALUES('tarnwick',9,1772474400000000,'case.reopened','case 2','fake:mira','{"action": "none", "message": "fake:m14", "model": "scripted-1", "reason": "banter", "revision": "0", "rule": "no-personal-attacks", "score": "0.9700", "target": "participant", "threshold": "0.8000"}','99bdcf1da4343424dd0d0ac2bdd8f6851c9069bb5f2e0bddb43ca1293fe61056');
INSERT INTO "audit" VALUES('tarnwick',10,1772474400000000,'weekly.planned','fake:square','fake:mira','{"rule": "mon 18:00", "zone": "UTC"}','bae3d1704797121beca564b888ef070b89fc827b03ee27067f230a11b85b44cd');
INSERT INTO "audit" VALUES('tarnwick',11,1772474400000000,'setting.changed','summaries.issues','fake:ada','{"from": "5", "to": "3"}','c03f788e59c43d34a0be5096a9da99e431f153e7870689129289c35e705c8523');
CREATE TABLE checkpoints (
	platform TEXT NOT NULL, 
	scope TEXT NOT NULL, 
	token TEXT NOT NULL, 
	CONSTRAINT pk_checkpoints PRIMARY KEY (platform, scope)
);
INSERT INTO "checkpoints" VALUES('fake','sync','24');
CREATE TABLE cog_civility__assessments (
	message TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	author TEXT NOT NULL, 
	community TEXT NOT NULL, 
	score FLOAT NOT NULL, 
	target TEXT NOT NULL, 
	model TEXT NOT NULL, 
	threshold FLOAT NOT NULL, 
	outcome TEXT NOT NULL, 
	judged_at BIGINT NOT NULL, 
	abstained TEXT NOT NULL, 
	PRIMARY KEY (message)
);
INSERT INTO "cog_civility__assessments" VALUES('fake:m1',0,'fake:ines','tarnwick',0.02,'none','scripted-1',0.9,'clear',1772474400000000,'');
INSERT INTO "cog_civility__assessments" VALUES('fake:m3',0,'fake:dario','tarnwick',0.02,'none','scripted-1',0.9,'clear',1772474400000000,'');
INSERT INTO "cog_civility__assessments" VALUES('fake:m4',0,'fake:ines','tarnwick',0.02,'none','scripted-1',0.9,'clear',1772474400000000,'');
INSERT INTO "cog_civility__assessments" VALUES('fake:m5',1,'fake:dario','tarnwick',0.02,'none','scripted-1',0.9,'clear',1772474400000000,'');
INSERT INTO "cog_civility__assessments" VALUES('fake:m6',0,'fake:ines','tarnwick',0.02,'none','scripted-1',0.9,'clear',1772474400000000,'');
INSERT INTO "cog_civility__assessments" VALUES('fake:m8',0,'fake:ines','tarnwick',0.02,'none','scripted-1',0.9,'clear',1772474400000000,'');
INSERT INTO "cog_civility__assessments" VALUES('fake:m9',0,'fake:dario','tarnwick',0.02,'none','scripted-1',0.9,'clear',1772474400000000,'');
INSERT INTO "cog_civility__assessments" VALUES('fake:m10',0,'fake:ines','tarnwick',0.02,'none','scripted-1',0.9,'clear',1772474400000000,'');
INSERT INTO "cog_civility__assessments" VALUES('fake:m11',0,'fake:dario','tarnwick',0.02,'none','scripted-1',0.9,'clear',1772474400000000,'');
INSERT INTO "cog_civility__assessments" VALUES('fake:m12',0,'fake:otto','tarnwick',0.97,'participant','scripted-1',0.8,'flagged',1772474400000000,'');
INSERT INTO "cog_civility__assessments" VALUES('fake:m32',0,'fake:ines','tarnwick',0.02,'none','scripted-1',0.9,'clear',1773165600000000,'');
CREATE TABLE cog_civility__notices (
	room TEXT NOT NULL, 
	told_at BIGINT NOT NULL, 
	PRIMARY KEY (room)
);
INSERT INTO "cog_civility__notices" VALUES('fake:square',1772474400000000);
CREATE TABLE cog_civility__outages (
	community TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	messages BIGINT NOT NULL, 
	PRIMARY KEY (community)
);
CREATE TABLE cog_reading__begun (
	community TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (community)
);
CREATE TABLE cog_reading__drawn (
	community TEXT NOT NULL, 
	round BIGINT NOT NULL, 
	prompt TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	posted BOOLEAN NOT NULL, 
	PRIMARY KEY (community, round, prompt)
);
INSERT INTO "cog_reading__drawn" VALUES('tarnwick',1,'fact-or-value-surveillance',1773165600000000,1);
CREATE TABLE cog_review__cases (
	community TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	message TEXT NOT NULL, 
	revision BIGINT NOT NULL, 
	author TEXT, 
	conversation TEXT NOT NULL, 
	grounds TEXT NOT NULL, 
	opened_at BIGINT NOT NULL, 
	state TEXT NOT NULL, 
	action TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	decided_by TEXT, 
	decided_at BIGINT, 
	cleared BIGINT, 
	trouble TEXT NOT NULL, 
	drawn BIGINT NOT NULL, 
	PRIMARY KEY (community, number)
);
INSERT INTO "cog_review__cases" VALUES('tarnwick',1,'fake:m12',0,'fake:otto','fake:square','[{"evidence":{"model":"scripted-1","revision":0,"score":0.97,"spans":[[11,16]],"target":"participant","threshold":0.8},"reason":"It reads as a personal attack.","rule":"no-personal-attacks"}]',1772474400000000,'upheld','warn','','fake:mira',1772474400000000,NULL,'',3);
INSERT INTO "cog_review__cases" VALUES('tarnwick',2,'fake:m14',0,'fake:otto','fake:square','[{"evidence":{"model":"scripted-1","revision":0,"score":0.97,"spans":[[8,13]],"target":"participant","threshold":0.8},"reason":"It reads as a personal attack.","rule":"no-personal-attacks"}]',1772474400000000,'open','none','',NULL,NULL,NULL,'',3);
CREATE TABLE cog_review__reports (
	community TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	reporter TEXT NOT NULL, 
	words TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (community, number, reporter)
);
INSERT INTO "cog_review__reports" VALUES('tarnwick',1,'fake:dario','he does this daily',1772474400000000);
CREATE TABLE cog_review__shown (
	community TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	label TEXT NOT NULL, 
	message TEXT NOT NULL, 
	author TEXT, 
	PRIMARY KEY (community, number, label, message)
);
INSERT INTO "cog_review__shown" VALUES('tarnwick',1,'case:1','fake:m12','fake:otto');
INSERT INTO "cog_review__shown" VALUES('tarnwick',1,'case:1','fake:m1','fake:ines');
INSERT INTO "cog_review__shown" VALUES('tarnwick',1,'case:1','fake:m10','fake:ines');
INSERT INTO "cog_review__shown" VALUES('tarnwick',1,'case:1','fake:m11','fake:dario');
INSERT INTO "cog_review__shown" VALUES('tarnwick',2,'case:2','fake:m14',NULL);
CREATE TABLE cog_schemas (
	cog TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	CONSTRAINT pk_cog_schemas PRIMARY KEY (cog)
);
INSERT INTO "cog_schemas" VALUES('civility',1);
INSERT INTO "cog_schemas" VALUES('review',1);
INSERT INTO "cog_schemas" VALUES('summaries',2);
INSERT INTO "cog_schemas" VALUES('reading',1);
CREATE TABLE cog_summaries__citations (
	message TEXT NOT NULL, 
	label TEXT NOT NULL, 
	author TEXT NOT NULL, 
	PRIMARY KEY (message, label)
);
INSERT INTO "cog_summaries__citations" VALUES('fake:m1','summary:42','fake:ines');
INSERT INTO "cog_summaries__citations" VALUES('fake:m3','summary:42','fake:dario');
INSERT INTO "cog_summaries__citations" VALUES('fake:m4','summary:42','fake:ines');
CREATE TABLE cog_summaries__summaries (
	label TEXT NOT NULL, 
	conversation TEXT NOT NULL, 
	zone TEXT NOT NULL, 
	messages BIGINT NOT NULL, 
	people BIGINT NOT NULL, 
	since BIGINT NOT NULL, 
	until BIGINT NOT NULL, 
	left_out TEXT NOT NULL, 
	about TEXT, 
	issues TEXT NOT NULL, 
	agreements TEXT NOT NULL, 
	questions TEXT NOT NULL, 
	gone BIGINT NOT NULL, 
	PRIMARY KEY (label)
);
INSERT INTO "cog_summaries__summaries" VALUES('summary:42','fake:square','UTC',10,2,1772474400000000,1772474400000000,'["1 command","2 messages under review"]','{"end":30,"message":"fake:m1","revision":0,"start":0}','[{"carriers":[],"label":"","lines":[{"end":30,"message":"fake:m3","revision":0,"start":0},{"end":30,"message":"fake:m4","revision":0,"start":0}],"messages":2,"people":2}]','[]','[]',0);
CREATE TABLE cog_summaries__withheld (
	message TEXT NOT NULL, 
	author TEXT NOT NULL, 
	PRIMARY KEY (message)
);
INSERT INTO "cog_summaries__withheld" VALUES('fake:m12','fake:otto');
CREATE TABLE conversations (
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	parent TEXT, 
	encrypted BOOLEAN NOT NULL, 
	CONSTRAINT pk_conversations PRIMARY KEY (id)
);
INSERT INTO "conversations" VALUES('fake:square','square','room',NULL,0);
INSERT INTO "conversations" VALUES('fake:desk','desk','room',NULL,0);
CREATE TABLE cursors (
	cog TEXT NOT NULL, 
	worker TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	CONSTRAINT pk_cursors PRIMARY KEY (cog, worker)
);
INSERT INTO "cursors" VALUES('civility','judge',53);
CREATE TABLE early_edits (
	message TEXT NOT NULL, 
	author TEXT NOT NULL, 
	text TEXT NOT NULL, 
	edited_at BIGINT NOT NULL, 
	mentions TEXT, 
	attachments TEXT, 
	CONSTRAINT pk_early_edits PRIMARY KEY (message, author)
);
CREATE TABLE handled (
	number INTEGER NOT NULL, 
	cog TEXT NOT NULL, 
	handler TEXT NOT NULL, 
	CONSTRAINT pk_handled PRIMARY KEY (number, cog, handler)
);
CREATE TABLE journal (
	number INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	"key" TEXT, 
	stored_at BIGINT NOT NULL, 
	message TEXT, 
	payload TEXT NOT NULL, 
	finished BOOLEAN NOT NULL, 
	CONSTRAINT pk_journal PRIMARY KEY (number), 
	CONSTRAINT uq_journal_key UNIQUE ("key")
);
INSERT INTO "journal" VALUES(52,'JobDue','due reading weekly:tarnwick 1773079200.0',1773165600000000,NULL,'{"at":"2026-03-10T18:00:00+00:00","cog":"reading","data":{"community":"tarnwick","room":"fake:square"},"due":"2026-03-09T18:00:00+00:00","job":"weekly","missed":[],"schedule":"weekly:tarnwick"}',1);
INSERT INTO "journal" VALUES(53,'MessagePosted',NULL,1773165600000000,'fake:m32','0',1);
CREATE TABLE members (
	id TEXT NOT NULL, 
	name TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	CONSTRAINT pk_members PRIMARY KEY (id)
);
INSERT INTO "members" VALUES('fake:ines','Ines','person');
INSERT INTO "members" VALUES('fake:dario','Dario','person');
INSERT INTO "members" VALUES('fake:otto','Otto','person');
INSERT INTO "members" VALUES('fake:mira','Mira','person');
INSERT INTO "members" VALUES('fake:noor','Noor','person');
INSERT INTO "members" VALUES('fake:ada','Ada','person');
CREATE TABLE messages (
	id TEXT NOT NULL, 
	conversation TEXT NOT NULL, 
	author TEXT, 
	text TEXT, 
	sent_at BIGINT, 
	number INTEGER, 
	edited_at BIGINT, 
	revision INTEGER NOT NULL, 
	likes INTEGER NOT NULL, 
	reply_to TEXT, 
	mentions TEXT, 
	attachments TEXT, 
	link TEXT, 
	deleted_at BIGINT, 
	CONSTRAINT pk_messages PRIMARY KEY (id), 
	CONSTRAINT fk_messages_conversation FOREIGN KEY(conversation) REFERENCES conversations (id), 
	CONSTRAINT fk_messages_author FOREIGN KEY(author) REFERENCES members (id)
);
INSERT INTO "messages" VALUES('fake:m1','fake:square','fake:ines','A point about rents, number 0.',1772474400000000,8,NULL,0,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "messages" VALUES('fake:m3','fake:square','fake:dario','A point about rents, number 1.',1772474400000000,9,NULL,0,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "messages" VALUES('fake:m4','fake:square','fake:ines','A point about rents, number 2.',1772474400000000,10,NULL,0,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "messages" VALUES('fake:m5','fake:square','fake:dario','A point about rents, better put.',1772474400000000,11,1772474400000000,1,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "messages" VALUES('fake:m6','fake:square','fake:ines','A point about rents, number 4.',1772474400000000,12,NULL,0,1,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "messages" VALUES('fake:m7','fake:square',NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,1772474400000000);
INSERT INTO "messages" VALUES('fake:m8','fake:square','fake:ines','A point about rents, number 6.',1772474400000000,14,NULL,0,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "messages" VALUES('fake:m9','fake:square','fake:dario','A point about rents, number 7.',1772474400000000,15,NULL,0,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "messages" VALUES('fake:m10','fake:square','fake:ines','A point about rents, number 8.',1772474400000000,16,NULL,0,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "messages" VALUES('fake:m11','fake:square','fake:dario','A point about rents, number 9.',1772474400000000,17,NULL,0,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "messages" VALUES('fake:m12','fake:square','fake:otto','You are an idiot, Ines.',1772474400000000,18,NULL,0,0,'fake:m1',NULL,NULL,NULL,NULL);
INSERT INTO "messages" VALUES('fake:m14','fake:square',NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,1772474400000000);
INSERT INTO "messages" VALUES('fake:m16','fake:square','fake:dario','!report he does this daily',1772474400000000,26,NULL,0,0,'fake:m12',NULL,NULL,NULL,NULL);
INSERT INTO "messages" VALUES('fake:m18','fake:desk','fake:mira','!uphold 1 warn',1772474400000000,29,NULL,0,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "messages" VALUES('fake:m21','fake:desk','fake:noor','!dismiss 2 banter',1772474400000000,34,NULL,0,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "messages" VALUES('fake:m23','fake:desk','fake:mira','!undo 2',1772474400000000,38,NULL,0,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "messages" VALUES('fake:m25','fake:square','fake:ines','!summarize',1772474400000000,42,NULL,0,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "messages" VALUES('fake:m27','fake:desk','fake:mira','!weekly mon 18:00',1772474400000000,44,NULL,0,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "messages" VALUES('fake:m29','fake:desk','fake:ada','!set summaries.issues 3',1772474400000000,45,NULL,0,0,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "messages" VALUES('fake:m32','fake:square','fake:ines','See you next week.',1773165600000000,53,NULL,0,0,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE occurrences (
	cog TEXT NOT NULL, 
	schedule TEXT NOT NULL, 
	due BIGINT NOT NULL, 
	claimed_at BIGINT NOT NULL, 
	CONSTRAINT pk_occurrences PRIMARY KEY (cog, schedule, due)
);
INSERT INTO "occurrences" VALUES('reading','weekly:tarnwick',1773079200000000,1773165600000000);
CREATE TABLE outbox (
	id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	cog TEXT NOT NULL, 
	cause INTEGER NOT NULL, 
	platform TEXT NOT NULL, 
	conversation TEXT NOT NULL, 
	priority INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	label TEXT, 
	effect TEXT, 
	expires_at BIGINT, 
	state TEXT NOT NULL, 
	attempt INTEGER NOT NULL, 
	not_before BIGINT, 
	leased_until BIGINT, 
	settled_at BIGINT, 
	message TEXT, 
	reason TEXT, 
	CONSTRAINT pk_outbox PRIMARY KEY (id), 
	CONSTRAINT uq_outbox_key UNIQUE ("key")
);
INSERT INTO "outbox" VALUES(1,'8.civility.judge.0','civility',8,'fake','fake:square',2,'Say','notice:fake:square',NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b2','');
INSERT INTO "outbox" VALUES(2,'19.review.flagged.0','review',19,'fake','fake:desk',0,'Ask','case:1',NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b13','');
INSERT INTO "outbox" VALUES(3,'23.review.flagged.0','review',23,'fake','fake:desk',0,'Ask','case:2',NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b15','');
INSERT INTO "outbox" VALUES(4,'26.review.!report.0','review',26,'fake','fake:desk',0,'Edit',NULL,NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b13','');
INSERT INTO "outbox" VALUES(5,'26.review.!report.1','review',26,'fake','fake:square',1,'Say',NULL,NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b17','');
INSERT INTO "outbox" VALUES(6,'29.review.!uphold.0','review',29,'fake','fake:desk',0,'Edit',NULL,NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b13','');
INSERT INTO "outbox" VALUES(7,'29.review.!uphold.1','review',29,'fake','fake:desk',1,'Say',NULL,NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b20','');
INSERT INTO "outbox" VALUES(8,'29.review.!uphold.2','review',29,'fake','fake:square',0,'Warn',NULL,NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b19','');
INSERT INTO "outbox" VALUES(9,'34.review.!dismiss.0','review',34,'fake','fake:desk',0,'Edit',NULL,NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b15','');
INSERT INTO "outbox" VALUES(10,'34.review.!dismiss.1','review',34,'fake','fake:desk',1,'Say',NULL,NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b22','');
INSERT INTO "outbox" VALUES(11,'38.review.!undo.0','review',38,'fake','fake:desk',0,'Edit',NULL,NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b15','');
INSERT INTO "outbox" VALUES(12,'38.review.!undo.1','review',38,'fake','fake:desk',1,'Say',NULL,NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b24','');
INSERT INTO "outbox" VALUES(13,'42.summaries.!summarize.0','summaries',42,'fake','fake:square',1,'Say','summary:42',NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b26','');
INSERT INTO "outbox" VALUES(14,'44.reading.!weekly.0','reading',44,'fake','fake:desk',1,'Say',NULL,NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b28','');
INSERT INTO "outbox" VALUES(15,'45.admin.!set.0','admin',45,'fake','fake:desk',1,'Say',NULL,NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b30','');
INSERT INTO "outbox" VALUES(16,'49.review.text_changed.0','review',49,'fake','fake:desk',0,'Edit',NULL,NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b13','');
INSERT INTO "outbox" VALUES(17,'49.review.text_changed.1','review',49,'fake','fake:desk',0,'Edit',NULL,NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b15','');
INSERT INTO "outbox" VALUES(18,'52.reading.weekly.0','reading',52,'fake','fake:square',2,'Say','weekly:2026-03-09T18:00:00+00:00',NULL,NULL,'applied',1,NULL,1773165660000000,1773165600000000,'fake:b31','');
CREATE TABLE prompts (
	message TEXT NOT NULL, 
	post INTEGER NOT NULL, 
	cog TEXT NOT NULL, 
	conversation TEXT NOT NULL, 
	ask TEXT NOT NULL, 
	open BOOLEAN NOT NULL, 
	CONSTRAINT pk_prompts PRIMARY KEY (message), 
	CONSTRAINT fk_prompts_post FOREIGN KEY(post) REFERENCES outbox (id)
);
INSERT INTO "prompts" VALUES('fake:b13',2,'review','fake:desk','{"asker":null,"audience":"room","body":{"blocks":[{"kind":"Heading","level":2,"spans":[{"kind":"Text","text":"Case 1"}]},{"kind":"Paragraph","spans":[{"kind":"Strong","text":"Upheld"},{"kind":"Text","text":" by "},{"kind":"Mention","member":"fake:mira","name":"Mira","notify":false},{"kind":"Text","text":", member warned, "},{"at":"2026-03-02T18:00:00+00:00","kind":"Moment","zone":"UTC"}]},{"kind":"Paragraph","spans":[{"kind":"Strong","text":"Likely"},{"kind":"Text","text":" 0.97"},{"kind":"Text","text":" \u00b7 "},{"kind":"Mention","member":"fake:otto","name":"Otto","notify":false},{"kind":"Text","text":" in square"},{"kind":"Text","text":", "},{"at":"2026-03-02T18:00:00+00:00","kind":"Moment","zone":"UTC"},{"kind":"Text","text":" \u00b7 "},{"kind":"Jump","message":"fake:m12","text":"open"}]},{"kind":"Paragraph","spans":[{"kind":"Faint","text":"It answers:"}]},{"kind":"Quote","marked":[],"source":[{"kind":"Mention","member":"fake:ines","name":"Ines","notify":false}],"text":"A point about rents, number 0."},{"kind":"Paragraph","spans":[{"kind":"Faint","text":"Just before:"}]},{"kind":"Quote","marked":[],"source":[{"kind":"Mention","member":"fake:ines","name":"Ines","notify":false}],"text":"A point about rents, number 8."},{"kind":"Quote","marked":[],"source":[{"kind":"Mention","member":"fake:dario","name":"Dario","notify":false}],"text":"A point about rents, number 9."},{"kind":"Paragraph","spans":[{"kind":"Strong","text":"The message:"}]},{"kind":"Quote","marked":[[11,16]],"source":[{"kind":"Mention","member":"fake:otto","name":"Otto","notify":false}],"text":"You are an idiot, Ines."},{"kind":"Paragraph","spans":[{"kind":"Strong","text":"Why it is here:"}]},{"items":[[{"kind":"Text","text":"It reads as a personal attack."},{"kind":"Faint","text":" Rule: no-personal-attacks."},{"kind":"Faint","text":" Score 0.97, flagged from 0.80; aimed at somebody in the discussion; model scripted-1."}],[{"kind":"Mention","member":"fake:dario","name":"Dario","notify":false},{"kind":"Text","text":" reported it: \u201che does this daily\u201d"}]],"kind":"Listing","ordered":false},{"kind":"Paragraph","spans":[{"kind":"Faint","text":"No case about the author has been decided before."}]}]},"choices":[{"confirm":"Take the decision on case 1 back, with all that followed from it?","danger":false,"emoji":"\u21a9\ufe0f","form":[],"id":"undo","text":"Undo"}],"conversation":"fake:desk","expires_at":null,"label":"case:1","priority":0,"reply_to":null,"standing":2}',1);
INSERT INTO "prompts" VALUES('fake:b15',3,'review','fake:desk','{"asker":null,"audience":"room","body":{"blocks":[{"kind":"Heading","level":2,"spans":[{"kind":"Text","text":"Case 2"}]},{"kind":"Paragraph","spans":[{"kind":"Strong","text":"Likely"},{"kind":"Text","text":" 0.97"},{"kind":"Text","text":" \u00b7 "},{"kind":"Mention","member":"fake:otto","name":"Otto","notify":false},{"kind":"Text","text":" in square"}]},{"kind":"Paragraph","spans":[{"kind":"Text","text":"The message is gone, and its text with it, from here too."}]},{"kind":"Paragraph","spans":[{"kind":"Strong","text":"Why it is here:"}]},{"items":[[{"kind":"Text","text":"It reads as a personal attack."},{"kind":"Faint","text":" Rule: no-personal-attacks."},{"kind":"Faint","text":" Score 0.97, flagged from 0.80; aimed at somebody in the discussion; model scripted-1."}]],"kind":"Listing","ordered":false},{"kind":"Paragraph","spans":[{"kind":"Faint","text":"Other cases about the author: 1 upheld, 0 dismissed."}]}]},"choices":[{"confirm":null,"danger":false,"emoji":"\u2705","form":[],"id":"uphold","text":"Uphold"},{"confirm":null,"danger":false,"emoji":"\u274c","form":[],"id":"dismiss","text":"Dismiss"},{"confirm":null,"danger":false,"emoji":"\u2709\ufe0f","form":[{"id":"words","long":true,"required":true,"text":"Your words to the member"}],"id":"warn","text":"Uphold and warn"},{"confirm":"Uphold case 2 and keep the member from writing for 60 minutes?","danger":true,"emoji":"\u23f3","form":[],"id":"timeout","text":"Uphold and time out"}],"conversation":"fake:desk","expires_at":null,"label":"case:2","priority":0,"reply_to":null,"standing":2}',1);
CREATE TABLE schedules (
	cog TEXT NOT NULL, 
	name TEXT NOT NULL, 
	job TEXT NOT NULL, 
	rule TEXT NOT NULL, 
	zone TEXT NOT NULL, 
	community TEXT, 
	missed TEXT NOT NULL, 
	data TEXT NOT NULL, 
	next_due BIGINT, 
	CONSTRAINT pk_schedules PRIMARY KEY (cog, name)
);
INSERT INTO "schedules" VALUES('reading','weekly:tarnwick','weekly','mon 18:00','UTC','tarnwick','post the last, say which were missed','{"community": "tarnwick", "room": "fake:square"}',1773684000000000);
CREATE TABLE sequences (
	name TEXT NOT NULL, 
	value INTEGER NOT NULL, 
	CONSTRAINT pk_sequences PRIMARY KEY (name)
);
INSERT INTO "sequences" VALUES('journal',53);
CREATE TABLE settings (
	community TEXT NOT NULL, 
	section TEXT NOT NULL, 
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_settings PRIMARY KEY (community, section, name)
);
INSERT INTO "settings" VALUES('tarnwick','summaries','issues','3');
CREATE TABLE undecryptable (
	message TEXT NOT NULL, 
	conversation TEXT NOT NULL, 
	CONSTRAINT pk_undecryptable PRIMARY KEY (message), 
	CONSTRAINT fk_undecryptable_conversation FOREIGN KEY(conversation) REFERENCES conversations (id)
);
CREATE INDEX ix_messages_conversation_sent_at_number ON messages (conversation, sent_at, number);
CREATE INDEX ix_undecryptable_conversation ON undecryptable (conversation);
CREATE INDEX ix_journal_kind_number ON journal (kind, number);
CREATE INDEX ix_journal_message ON journal (message);
CREATE INDEX ix_journal_unfinished ON journal (number) WHERE finished IS 0;
CREATE INDEX ix_outbox_state_platform_conversation_id ON outbox (state, platform, conversation, id);
CREATE INDEX ix_outbox_cog_label ON outbox (cog, label);
CREATE INDEX ix_prompts_post ON prompts (post);
CREATE INDEX ix_prompts_conversation_open ON prompts (conversation, open);
CREATE INDEX ix_schedules_next_due ON schedules (next_due);
CREATE INDEX ix_audit_community_subject_number ON audit (community, subject, number);
CREATE INDEX ix_cog_civility__assessments_author ON cog_civility__assessments (author);
CREATE INDEX ix_cog_civility__assessments_community_outcome ON cog_civility__assessments (community, outcome);
CREATE INDEX ix_cog_review__cases_decided_by ON cog_review__cases (decided_by);
CREATE INDEX ix_cog_review__cases_community_state ON cog_review__cases (community, state);
CREATE INDEX ix_cog_review__cases_author ON cog_review__cases (author);
CREATE INDEX ix_cog_review__cases_message ON cog_review__cases (message);
CREATE INDEX ix_cog_review__reports_reporter ON cog_review__reports (reporter);
CREATE INDEX ix_cog_review__shown_message ON cog_review__shown (message);
CREATE INDEX ix_cog_review__shown_author ON cog_review__shown (author);
CREATE INDEX ix_cog_summaries__citations_label ON cog_summaries__citations (label);
CREATE INDEX ix_cog_summaries__citations_author ON cog_summaries__citations (author);
CREATE INDEX ix_cog_summaries__withheld_author ON cog_summaries__withheld (author);
COMMIT;
