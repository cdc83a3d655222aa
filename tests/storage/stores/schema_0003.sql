BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
CREATE TABLE approvals (
	message TEXT NOT NULL, 
	member TEXT NOT NULL, 
	emoji TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	present BOOLEAN NOT NULL, 
	CONSTRAINT pk_approvals PRIMARY KEY (message, member, emoji)
);
INSERT INTO "approvals" VALUES('fake:m5','fake:ines','👍',1772474400000000,1);
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
INSERT INTO "audit" VALUES('tarnwick',1,1772474400000000,'flag.raised','fake:m11',NULL,'{"author": "pseudonym-43655d47579dec0ca72760ebd3b14e25", "model": "scripted-1", "revision": "0", "rule": "no-personal-attacks", "score": "0.9700", "target": "participant", "threshold": "0.8000"}','3fbc54eac6a82fb270f9f89912e593bd6ad461a1780c661b615c2a3d3de9087e');
INSERT INTO "audit" VALUES('tarnwick',2,1772474400000000,'case.opened','case 1',NULL,'{"message": "fake:m11", "model": "scripted-1", "revision": "0", "rule": "no-personal-attacks", "score": "0.9700", "target": "participant", "threshold": "0.8000"}','f567b0e075363076998c5b320754322b8153d2a15e02e623c1fdf93795246f26');
INSERT INTO "audit" VALUES('tarnwick',3,1772474400000000,'flag.raised','fake:m12',NULL,'{"author": "pseudonym-43655d47579dec0ca72760ebd3b14e25", "model": "scripted-1", "revision": "0", "rule": "no-personal-attacks", "score": "0.9700", "target": "participant", "threshold": "0.8000"}','d43b762256f8087d9d2a450dedba2006302a1384612c4dbd9c8ee21bde75f785');
INSERT INTO "audit" VALUES('tarnwick',4,1772474400000000,'case.opened','case 2',NULL,'{"message": "fake:m12", "model": "scripted-1", "revision": "0", "rule": "no-personal-attacks", "score": "0.9700", "target": "participant", "threshold": "0.8000"}','9548a25bb63a4327f03dd768e23e039e32e2ee2c30ce01ccf7192b22870173af');
INSERT INTO "audit" VALUES('tarnwick',5,1772474400000000,'case.reported','case 1','pseudonym-ee1be0a7049ea49c8091fea72d479070','{}','0b538a073303377a893a024089fea86652cafa87e65374c4c2bf0828152f715e');
INSERT INTO "audit" VALUES('tarnwick',6,1772474400000000,'case.upheld','case 1','pseudonym-df33b829cc2b89677b7698d5f1e9817c','{"action": "warn", "message": "fake:m11", "model": "scripted-1", "revision": "0", "rule": "no-personal-attacks", "score": "0.9700", "target": "participant", "threshold": "0.8000"}','4be9470086dbfed2b3dd0073733172a6fd1bb7d1f5a3ab12d8a0d405accd2ae7');
INSERT INTO "audit" VALUES('tarnwick',7,1772474400000000,'sanction.applied','pseudonym-43655d47579dec0ca72760ebd3b14e25','pseudonym-df33b829cc2b89677b7698d5f1e9817c','{"case": "1", "effect": "Warn", "origin": "human", "rule": "no-personal-attacks"}','96a79b6ab7baaf0140a9fb820ca9417dffadc3ac32fb7aaf3e78b2cf6681d1be');
INSERT INTO "audit" VALUES('tarnwick',8,1772474400000000,'case.dismissed','case 2','pseudonym-69022866825a14323981c1485f59c18e','{"action": "none", "message": "fake:m12", "model": "scripted-1", "reason": "banter", "revision": "0", "rule": "no-personal-attacks", "score": "0.9700", "target": "participant", "threshold": "0.8000"}','69a506fef8d0e45fc28896c4d5168f0c7acd0837d65bcbcfdd6477ce8ba5bf84');
INSERT INTO "audit" VALUES('tarnwick',9,1772474400000000,'case.reopened','case 2','pseudonym-df33b829cc2b89677b7698d5f1e9817c','{"action": "none", "message": "fake:m12", "model": "scripted-1", "reason": "banter", "revision": "0", "rule": "no-personal-attacks", "score": "0.9700", "target": "participant", "threshold": "0.8000"}','9edd738f21b7bfa7a73c188011b302f65d433db4c64e6f7237d82a42b34c8080');
INSERT INTO "audit" VALUES('tarnwick',10,1772474400000000,'weekly.planned','fake:square','pseudonym-df33b829cc2b89677b7698d5f1e9817c','{"rule": "mon 18:00", "zone": "UTC"}','75cc6942976ce18b32078e44cfe06429d641b269792df9332211bf2be6812bf6');
INSERT INTO "audit" VALUES('tarnwick',11,1772474400000000,'setting.changed','summaries.issues','pseudonym-d252d0f68009fba64718cc1a47181030','{"from": "5", "to": "3"}','a8943566fd9f69c647ee857989281ea0a4969d19d10049b11f320223707f2014');
CREATE TABLE checkpoints (
	platform TEXT NOT NULL, 
	scope TEXT NOT NULL, 
	token TEXT NOT NULL, 
	CONSTRAINT pk_checkpoints PRIMARY KEY (platform, scope)
);
INSERT INTO "checkpoints" VALUES('fake','sync','24');
INSERT INTO "checkpoints" VALUES('retention','date','2026-03-10T18:00:00+00:00');
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
INSERT INTO "cog_civility__assessments" VALUES('fake:m2',0,'fake:dario','tarnwick',0.02,'none','scripted-1',0.9,'clear',1772474400000000,'');
INSERT INTO "cog_civility__assessments" VALUES('fake:m3',0,'fake:ines','tarnwick',0.02,'none','scripted-1',0.9,'clear',1772474400000000,'');
INSERT INTO "cog_civility__assessments" VALUES('fake:m4',1,'fake:dario','tarnwick',0.02,'none','scripted-1',0.9,'clear',1772474400000000,'');
INSERT INTO "cog_civility__assessments" VALUES('fake:m5',0,'fake:ines','tarnwick',0.02,'none','scripted-1',0.9,'clear',1772474400000000,'');
INSERT INTO "cog_civility__assessments" VALUES('fake:m7',0,'fake:ines','tarnwick',0.02,'none','scripted-1',0.9,'clear',1772474400000000,'');
INSERT INTO "cog_civility__assessments" VALUES('fake:m8',0,'fake:dario','tarnwick',0.02,'none','scripted-1',0.9,'clear',1772474400000000,'');
INSERT INTO "cog_civility__assessments" VALUES('fake:m9',0,'fake:ines','tarnwick',0.02,'none','scripted-1',0.9,'clear',1772474400000000,'');
INSERT INTO "cog_civility__assessments" VALUES('fake:m10',0,'fake:dario','tarnwick',0.02,'none','scripted-1',0.9,'clear',1772474400000000,'');
INSERT INTO "cog_civility__assessments" VALUES('fake:m11',0,'fake:otto','tarnwick',0.97,'participant','scripted-1',0.8,'flagged',1772474400000000,'');
INSERT INTO "cog_civility__assessments" VALUES('fake:m20',0,'fake:ines','tarnwick',0.02,'none','scripted-1',0.9,'clear',1773165600000000,'');
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
CREATE TABLE cog_review__appeals (
	community TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	decision BIGINT NOT NULL, 
	member TEXT NOT NULL, 
	words TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	state TEXT NOT NULL, 
	answer TEXT NOT NULL, 
	settled_by TEXT, 
	settled_at BIGINT, 
	PRIMARY KEY (community, number, decision)
);
CREATE TABLE cog_review__by_hand (
	community TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	place BIGINT NOT NULL, 
	effect TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	"by" TEXT, 
	words TEXT NOT NULL, 
	PRIMARY KEY (community, number, place)
);
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
	failed TEXT NOT NULL, 
	decision BIGINT NOT NULL, 
	PRIMARY KEY (community, number)
);
INSERT INTO "cog_review__cases" VALUES('tarnwick',1,'fake:m11',0,'fake:otto','fake:square','[{"evidence":{"model":"scripted-1","revision":0,"score":0.97,"spans":[[11,16]],"target":"participant","threshold":0.8},"reason":"It reads as a personal attack.","rule":"no-personal-attacks"}]',1772474400000000,'upheld','warn','','fake:mira',1772474400000000,NULL,'',3,'[]',1);
INSERT INTO "cog_review__cases" VALUES('tarnwick',2,'fake:m12',0,'fake:otto','fake:square','[{"evidence":{"model":"scripted-1","revision":0,"score":0.97,"spans":[[8,13]],"target":"participant","threshold":0.8},"reason":"It reads as a personal attack.","rule":"no-personal-attacks"}]',1772474400000000,'open','none','',NULL,NULL,NULL,'',3,'[]',1);
CREATE TABLE cog_review__reports (
	community TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	reporter TEXT NOT NULL, 
	words TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	automatic BOOLEAN NOT NULL, 
	PRIMARY KEY (community, number, reporter)
);
INSERT INTO "cog_review__reports" VALUES('tarnwick',1,'fake:dario','he does this daily',1772474400000000,0);
CREATE TABLE cog_review__shown (
	community TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	label TEXT NOT NULL, 
	message TEXT NOT NULL, 
	author TEXT, 
	PRIMARY KEY (community, number, label, message)
);
INSERT INTO "cog_review__shown" VALUES('tarnwick',1,'case:1','fake:m11','fake:otto');
INSERT INTO "cog_review__shown" VALUES('tarnwick',1,'case:1','fake:m1','fake:ines');
INSERT INTO "cog_review__shown" VALUES('tarnwick',1,'case:1','fake:m9','fake:ines');
INSERT INTO "cog_review__shown" VALUES('tarnwick',1,'case:1','fake:m10','fake:dario');
INSERT INTO "cog_review__shown" VALUES('tarnwick',2,'case:2','fake:m12',NULL);
CREATE TABLE cog_schemas (
	cog TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	CONSTRAINT pk_cog_schemas PRIMARY KEY (cog)
);
INSERT INTO "cog_schemas" VALUES('civility',1);
INSERT INTO "cog_schemas" VALUES('review',2);
INSERT INTO "cog_schemas" VALUES('summaries',2);
INSERT INTO "cog_schemas" VALUES('reading',1);
CREATE TABLE cog_summaries__citations (
	message TEXT NOT NULL, 
	label TEXT NOT NULL, 
	author TEXT NOT NULL, 
	PRIMARY KEY (message, label)
);
INSERT INTO "cog_summaries__citations" VALUES('fake:m1','summary:43','fake:ines');
INSERT INTO "cog_summaries__citations" VALUES('fake:m2','summary:43','fake:dario');
INSERT INTO "cog_summaries__citations" VALUES('fake:m3','summary:43','fake:ines');
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
INSERT INTO "cog_summaries__summaries" VALUES('summary:43','fake:square','UTC',10,2,1772474400000000,1772474400000000,'["1 command","2 messages under review"]','{"end":30,"message":"fake:m1","revision":0,"start":0}','[{"carriers":[],"label":"","lines":[{"end":30,"message":"fake:m2","revision":0,"start":0},{"end":30,"message":"fake:m3","revision":0,"start":0}],"messages":2,"people":2}]','[]','[]',0);
CREATE TABLE cog_summaries__withheld (
	message TEXT NOT NULL, 
	author TEXT NOT NULL, 
	PRIMARY KEY (message)
);
INSERT INTO "cog_summaries__withheld" VALUES('fake:m11','fake:otto');
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
INSERT INTO "cursors" VALUES('civility','judge',54);
CREATE TABLE early_edits (
	message TEXT NOT NULL, 
	author TEXT NOT NULL, 
	text TEXT NOT NULL, 
	edited_at BIGINT NOT NULL, 
	mentions TEXT, 
	attachments TEXT, off_record BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_early_edits PRIMARY KEY (message, author)
);
CREATE TABLE erasures (
	digest TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	CONSTRAINT pk_erasures PRIMARY KEY (digest)
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
INSERT INTO "journal" VALUES(53,'JobDue','due reading weekly:tarnwick 1773079200.0',1773165600000000,NULL,'{"at":"2026-03-10T18:00:00+00:00","cog":"reading","data":{"community":"tarnwick","room":"fake:square"},"due":"2026-03-09T18:00:00+00:00","job":"weekly","missed":[],"schedule":"weekly:tarnwick"}',1);
INSERT INTO "journal" VALUES(54,'MessagePosted',NULL,1773165600000000,'fake:m20','0',1);
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
	deleted_at BIGINT, off_record BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_messages PRIMARY KEY (id), 
	CONSTRAINT fk_messages_conversation FOREIGN KEY(conversation) REFERENCES conversations (id), 
	CONSTRAINT fk_messages_author FOREIGN KEY(author) REFERENCES members (id)
);
INSERT INTO "messages" VALUES('fake:m1','fake:square','fake:ines','A point about rents, number 0.',1772474400000000,9,NULL,0,0,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO "messages" VALUES('fake:m2','fake:square','fake:dario','A point about rents, number 1.',1772474400000000,10,NULL,0,0,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO "messages" VALUES('fake:m3','fake:square','fake:ines','A point about rents, number 2.',1772474400000000,11,NULL,0,0,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO "messages" VALUES('fake:m4','fake:square','fake:dario','A point about rents, better put.',1772474400000000,12,1772474400000000,1,0,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO "messages" VALUES('fake:m5','fake:square','fake:ines','A point about rents, number 4.',1772474400000000,13,NULL,0,1,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO "messages" VALUES('fake:m6','fake:square',NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,1772474400000000,0);
INSERT INTO "messages" VALUES('fake:m7','fake:square','fake:ines','A point about rents, number 6.',1772474400000000,15,NULL,0,0,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO "messages" VALUES('fake:m8','fake:square','fake:dario','A point about rents, number 7.',1772474400000000,16,NULL,0,0,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO "messages" VALUES('fake:m9','fake:square','fake:ines','A point about rents, number 8.',1772474400000000,17,NULL,0,0,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO "messages" VALUES('fake:m10','fake:square','fake:dario','A point about rents, number 9.',1772474400000000,18,NULL,0,0,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO "messages" VALUES('fake:m11','fake:square','fake:otto','You are an idiot, Ines.',1772474400000000,19,NULL,0,0,'fake:m1',NULL,NULL,NULL,NULL,0);
INSERT INTO "messages" VALUES('fake:m12','fake:square',NULL,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,NULL,1772474400000000,0);
INSERT INTO "messages" VALUES('fake:m13','fake:square','fake:dario','!report he does this daily',1772474400000000,27,NULL,0,0,'fake:m11',NULL,NULL,NULL,NULL,0);
INSERT INTO "messages" VALUES('fake:m14','fake:desk','fake:mira','!uphold 1 warn',1772474400000000,30,NULL,0,0,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO "messages" VALUES('fake:m15','fake:desk','fake:noor','!dismiss 2 banter',1772474400000000,35,NULL,0,0,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO "messages" VALUES('fake:m16','fake:desk','fake:mira','!undo 2',1772474400000000,39,NULL,0,0,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO "messages" VALUES('fake:m17','fake:square','fake:ines','!summarize',1772474400000000,43,NULL,0,0,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO "messages" VALUES('fake:m18','fake:desk','fake:mira','!weekly mon 18:00',1772474400000000,45,NULL,0,0,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO "messages" VALUES('fake:m19','fake:desk','fake:ada','!set summaries.issues 3',1772474400000000,46,NULL,0,0,NULL,NULL,NULL,NULL,NULL,0);
INSERT INTO "messages" VALUES('fake:m20','fake:square','fake:ines','See you next week.',1773165600000000,54,NULL,0,0,NULL,NULL,NULL,NULL,NULL,0);
CREATE TABLE occurrences (
	cog TEXT NOT NULL, 
	schedule TEXT NOT NULL, 
	due BIGINT NOT NULL, 
	claimed_at BIGINT NOT NULL, 
	CONSTRAINT pk_occurrences PRIMARY KEY (cog, schedule, due)
);
INSERT INTO "occurrences" VALUES('reading','weekly:tarnwick',1773079200000000,1773165600000000);
CREATE TABLE off_record_members (
	member TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	CONSTRAINT pk_off_record_members PRIMARY KEY (member)
);
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
INSERT INTO "outbox" VALUES(1,'9.civility.judge.0','civility',9,'fake','fake:square',2,'Say','notice:fake:square',NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b1','');
INSERT INTO "outbox" VALUES(2,'20.review.flagged.0','review',20,'fake','fake:desk',0,'Ask','case:1',NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b2','');
INSERT INTO "outbox" VALUES(3,'24.review.flagged.0','review',24,'fake','fake:desk',0,'Ask','case:2',NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b3','');
INSERT INTO "outbox" VALUES(4,'27.review.!report.0','review',27,'fake','fake:desk',0,'Edit',NULL,NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b2','');
INSERT INTO "outbox" VALUES(5,'27.review.!report.1','review',27,'fake','fake:square',1,'Say',NULL,NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b4','');
INSERT INTO "outbox" VALUES(6,'30.review.!uphold.0','review',30,'fake','fake:desk',0,'Edit',NULL,NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b2','');
INSERT INTO "outbox" VALUES(7,'30.review.!uphold.1','review',30,'fake','fake:desk',1,'Say',NULL,NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b6','');
INSERT INTO "outbox" VALUES(8,'30.review.!uphold.2','review',30,'fake','fake:square',0,'Warn','letter:1:1',NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b5','');
INSERT INTO "outbox" VALUES(9,'35.review.!dismiss.0','review',35,'fake','fake:desk',0,'Edit',NULL,NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b3','');
INSERT INTO "outbox" VALUES(10,'35.review.!dismiss.1','review',35,'fake','fake:desk',1,'Say',NULL,NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b7','');
INSERT INTO "outbox" VALUES(11,'39.review.!undo.0','review',39,'fake','fake:desk',0,'Edit',NULL,NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b3','');
INSERT INTO "outbox" VALUES(12,'39.review.!undo.1','review',39,'fake','fake:desk',1,'Say',NULL,NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b8','');
INSERT INTO "outbox" VALUES(13,'43.summaries.!summarize.0','summaries',43,'fake','fake:square',1,'Say','summary:43',NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b9','');
INSERT INTO "outbox" VALUES(14,'45.reading.!weekly.0','reading',45,'fake','fake:desk',1,'Say',NULL,NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b10','');
INSERT INTO "outbox" VALUES(15,'46.admin.!set.0','admin',46,'fake','fake:desk',1,'Say',NULL,NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b11','');
INSERT INTO "outbox" VALUES(16,'50.review.text_changed.0','review',50,'fake','fake:desk',0,'Edit',NULL,NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b2','');
INSERT INTO "outbox" VALUES(17,'50.review.text_changed.1','review',50,'fake','fake:desk',0,'Edit',NULL,NULL,NULL,'applied',1,NULL,1772474460000000,1772474400000000,'fake:b3','');
INSERT INTO "outbox" VALUES(18,'53.reading.weekly.0','reading',53,'fake','fake:square',2,'Say','weekly:2026-03-09T18:00:00+00:00',NULL,NULL,'applied',1,NULL,1773165660000000,1773165600000000,'fake:b12','');
CREATE TABLE platform_notes (
	platform TEXT NOT NULL, 
	scope TEXT NOT NULL, 
	id TEXT NOT NULL, 
	text TEXT NOT NULL, 
	member TEXT, 
	message TEXT, 
	until BIGINT, 
	with_batch BOOLEAN NOT NULL, 
	CONSTRAINT pk_platform_notes PRIMARY KEY (platform, scope, id)
);
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
INSERT INTO "prompts" VALUES('fake:b2',2,'review','fake:desk','{"asker":null,"audience":"room","body":{"blocks":[]},"choices":[{"confirm":"Take the decision on case 1 back, with all that followed from it?","danger":false,"emoji":"\u21a9\ufe0f","form":[],"id":"undo","text":"Undo"}],"conversation":"fake:desk","expires_at":null,"label":"case:1","priority":0,"reply_to":null,"standing":2}',1);
INSERT INTO "prompts" VALUES('fake:b3',3,'review','fake:desk','{"asker":null,"audience":"room","body":{"blocks":[]},"choices":[{"confirm":null,"danger":false,"emoji":"\u2705","form":[],"id":"uphold","text":"Uphold"},{"confirm":null,"danger":false,"emoji":"\u274c","form":[],"id":"dismiss","text":"Dismiss"},{"confirm":null,"danger":false,"emoji":"\u2709\ufe0f","form":[{"id":"words","long":true,"required":true,"text":"Your words to the member"}],"id":"warn","text":"Uphold and warn"},{"confirm":"Uphold case 2 and keep the member from writing for 1 hour?","danger":true,"emoji":"\u23f3","form":[{"id":"words","long":true,"required":false,"text":"Your words to the member"}],"id":"timeout","text":"Uphold and time out"},{"confirm":"Uphold case 2 and ban the member from the whole community?","danger":true,"emoji":"\ud83d\udd28","form":[{"id":"words","long":true,"required":false,"text":"Your words to the member"}],"id":"ban","text":"Uphold and ban"}],"conversation":"fake:desk","expires_at":null,"label":"case:2","priority":0,"reply_to":null,"standing":2}',1);
INSERT INTO "prompts" VALUES('fake:b5',8,'review','fake:square','{"asker":"fake:otto","audience":"asker","body":{"blocks":[]},"choices":[{"confirm":null,"danger":false,"emoji":"\u2696\ufe0f","form":[{"id":"why","long":true,"required":true,"text":"Why is the decision a mistake?"}],"id":"appeal","text":"Appeal"}],"conversation":"fake:square","expires_at":"2026-04-01T18:00:00+00:00","label":"letter:1:1","priority":1,"reply_to":null,"standing":0}',1);
CREATE TABLE pseudonyms (
	member TEXT NOT NULL, 
	pseudonym TEXT NOT NULL, 
	CONSTRAINT pk_pseudonyms PRIMARY KEY (member), 
	CONSTRAINT uq_pseudonyms_pseudonym UNIQUE (pseudonym)
);
INSERT INTO "pseudonyms" VALUES('fake:otto','pseudonym-43655d47579dec0ca72760ebd3b14e25');
INSERT INTO "pseudonyms" VALUES('fake:dario','pseudonym-ee1be0a7049ea49c8091fea72d479070');
INSERT INTO "pseudonyms" VALUES('fake:mira','pseudonym-df33b829cc2b89677b7698d5f1e9817c');
INSERT INTO "pseudonyms" VALUES('fake:noor','pseudonym-69022866825a14323981c1485f59c18e');
INSERT INTO "pseudonyms" VALUES('fake:ada','pseudonym-d252d0f68009fba64718cc1a47181030');
CREATE TABLE salts (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_salts PRIMARY KEY (name)
);
INSERT INTO "salts" VALUES('erasures','61c0149d4f9506695f11151bb31576c03e00823af582fe313f51c27b21ca2009');
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
INSERT INTO "sequences" VALUES('journal',54);
CREATE TABLE settings (
	community TEXT NOT NULL, 
	section TEXT NOT NULL, 
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_settings PRIMARY KEY (community, section, name)
);
INSERT INTO "settings" VALUES('tarnwick','summaries','issues','3');
CREATE TABLE successors (
	old TEXT NOT NULL, 
	new TEXT NOT NULL, 
	number INTEGER NOT NULL, 
	CONSTRAINT pk_successors PRIMARY KEY (old, new)
);
CREATE TABLE undecryptable (
	message TEXT NOT NULL, 
	conversation TEXT NOT NULL, at BIGINT, 
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
CREATE INDEX ix_messages_author_number ON messages (author, number);
CREATE INDEX ix_messages_off_record ON messages (sent_at) WHERE off_record IS 1;
CREATE INDEX ix_messages_deleted ON messages (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX ix_platform_notes_member ON platform_notes (member);
CREATE INDEX ix_platform_notes_message ON platform_notes (message);
CREATE INDEX ix_platform_notes_until ON platform_notes (until);
CREATE INDEX ix_cog_civility__assessments_author ON cog_civility__assessments (author);
CREATE INDEX ix_cog_civility__assessments_community_outcome ON cog_civility__assessments (community, outcome);
CREATE INDEX ix_cog_review__cases_decided_by ON cog_review__cases (decided_by);
CREATE INDEX ix_cog_review__cases_author ON cog_review__cases (author);
CREATE INDEX ix_cog_review__cases_message ON cog_review__cases (message);
CREATE INDEX ix_cog_review__cases_community_state ON cog_review__cases (community, state);
CREATE INDEX ix_cog_review__reports_reporter ON cog_review__reports (reporter);
CREATE INDEX ix_cog_review__shown_author ON cog_review__shown (author);
CREATE INDEX ix_cog_review__shown_message ON cog_review__shown (message);
CREATE INDEX ix_cog_review__appeals_member ON cog_review__appeals (member);
CREATE INDEX ix_cog_review__appeals_settled_by ON cog_review__appeals (settled_by);
CREATE INDEX ix_cog_review__appeals_community_state ON cog_review__appeals (community, state);
CREATE INDEX ix_cog_review__by_hand_by ON cog_review__by_hand ("by");
CREATE INDEX ix_cog_summaries__citations_author ON cog_summaries__citations (author);
CREATE INDEX ix_cog_summaries__citations_label ON cog_summaries__citations (label);
CREATE INDEX ix_cog_summaries__withheld_author ON cog_summaries__withheld (author);
COMMIT;
